"""No form takes JSON from anybody: deep nesting and lone surrogates in it are a fault of ours, not a refusal."""

import ast

from django import forms

from tests.codebase.house import PACKAGES, name_of, python_files, tree_of


def forms_of_ours() -> list[type[forms.BaseForm]]:
    found, waiting = [], [forms.BaseForm]
    while waiting:
        subclasses = waiting.pop().__subclasses__()
        found += [each for each in subclasses if each.__module__.partition(".")[0] in PACKAGES]
        waiting += subclasses
    return found


def json_fields(form: type[forms.BaseForm]) -> list[str]:
    return [name for name, field in getattr(form, "base_fields", {}).items() if isinstance(field, forms.JSONField)]


def test_no_form_takes_json() -> None:
    from portal import urls  # noqa: F401 - with it come all forms

    found = forms_of_ours()

    assert len(found) > 50
    assert [f"{form.__module__}.{form.__name__}" for form in found if json_fields(form)] == []


def test_the_search_finds_a_field_of_json() -> None:
    class Asking(forms.Form):
        answers = forms.JSONField()

    assert json_fields(Asking) == ["answers"]


def test_no_view_reads_a_body_by_itself() -> None:
    """A body goes through Django's parser of forms, with its limits, or nowhere."""
    found = {
        name_of(path)
        for path in python_files()
        if "rehearsal" not in path.parts  # sends requests, and gets none
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in {"body", "read"} and ast.unparse(node.value) == "request"
    }

    assert found == {"portal/refusals.py"}
