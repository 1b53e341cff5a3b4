from collections.abc import Callable
from typing import Any

import pytest

from initiatives.models import Initiative
from tests.nominations.dossier_office import Office
from tests.personal_data.everywhere import Everywhere
from tests.stores import FolderShelf


@pytest.fixture
def office(db: None, client_as: Callable[..., Any]) -> Office:
    return Office.opened(client_as)


@pytest.fixture
def everywhere(office: Office, folder_shelf: FolderShelf) -> Everywhere:
    """Who left something everywhere; `fill()` lets them."""
    return Everywhere(office, folder_shelf)


@pytest.fixture
def filled(everywhere: Everywhere) -> Initiative:
    return everywhere.fill()
