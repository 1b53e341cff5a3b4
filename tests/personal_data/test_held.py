"""Every column of the database is told apart: of a person, or not. A new one fails here until it is named."""

from typing import Any

import pytest
from django.apps import apps

from initiatives.models import Initiative
from initiatives.personal_data import held
from initiatives.personal_data.held import Sort

# A proxy has no columns of its own.
MODELS = {model._meta.label: model for model in apps.get_models() if not model._meta.proxy}


@pytest.mark.parametrize("label", sorted(MODELS))
def test_every_column_of_every_model_is_named_once(label: str) -> None:
    model: Any = MODELS[label]

    assert sorted(held.of(model).named) == sorted(held.columns_of(model))


def test_the_table_names_no_model_that_is_not_there() -> None:
    assert sorted(each.model for each in held.EVERYTHING) == sorted(MODELS)


def test_whoever_is_written_of_has_a_sort_and_whoever_is_nobody_has_none() -> None:
    assert [each.model for each in held.EVERYTHING if each.whose is None and each.personal] == []


def test_the_identity_number_is_held_sealed_alone() -> None:
    assert held.of(Initiative).of_sort(Sort.IDENTITY) == ["sealed_national_id"]
