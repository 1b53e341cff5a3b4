"""One of everything, for the tests that walk every address."""

import pytest

from tests.codebase.doors import World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()
