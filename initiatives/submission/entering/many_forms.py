"""The two forms of an entry for many entries: made once, and bound anew for each.

Making a form copies all its fields, which costs more than judging what was typed.
"""

import copy
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django import forms
from django.utils.datastructures import MultiValueDict

from initiatives.submission import answers
from initiatives.submission.entering.forms import EnteredContentForm, EnteredPersonForm
from initiatives.submission.forms.content import rows_of_co_authors
from portal.vietnamese.text import single_line

Pair = tuple[EnteredPersonForm, EnteredContentForm]
Form = TypeVar("Form", bound=forms.Form)


class ManyForms:
    """Forms for the rows of one sheet. `make` makes an empty pair of a day, with room for a number of co-authors.

    They are for judging and not for showing: their fields are shared, and choices bear no name of a row.
    """

    def __init__(self, make: Callable[[date, int], Pair]) -> None:
        self.make = make
        self._made: dict[tuple[date, int], Pair] = {}

    def bound(self, typed: answers.Answers, *, today: date) -> Pair:
        asked = (today, rows_of_co_authors(lambda name: single_line(str(typed.get(name, "")))))
        if asked not in self._made:
            self._made[asked] = self.make(*asked)
        data = answers.bound(typed)
        person, content = self._made[asked]
        return _anew(person, data), _anew(content, data)


def _anew(form: Form, data: MultiValueDict[str, str]) -> Form:
    """`form`, unbound and never judged, for what was typed."""
    bound = copy.copy(form)
    bound.data, bound.is_bound = data, True
    bound.__dict__["_bound_fields_cache"] = {}  # what they were called with is in there
    return bound
