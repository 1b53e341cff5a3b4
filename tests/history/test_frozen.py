"""After somebody was erased in a frozen text, nobody without the key writes the rest of it anew."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from initiatives.history import frozen, verifying
from initiatives.history.finding import QUARTER, VERSION
from initiatives.invariants import INVARIANTS, KEYED, violations
from initiatives.models import DossierVersion, Quarter
from initiatives.models.initiative import ERASED_MARK
from initiatives.nominations.sealing import written
from initiatives.personal_data import erasing
from initiatives.progress import quarter_basis
from tests.history.hands import by_hand, found, kinds
from tests.nominations.dossier_office import Office
from tests.personal_data.everywhere import LATER, SENDER, Everywhere
from tests.stores import FolderShelf

pytestmark = pytest.mark.django_db

OF_VERSIONS, OF_QUARTERS = "mỗi lần gửi khớp mã băm", "quý đã công bố giữ nguyên căn cứ"


@pytest.fixture
def erased(client_as: Callable[..., Any], folder_shelf: FolderShelf) -> None:
    """One of two in a sent dossier, who is named in an announced quarter too."""
    one = Everywhere(Office.opened(client_as), folder_shelf).fill()
    erasing.erase_one(one.pk, by=None, at=LATER)
    erasing.settle()


def _of_another(version: DossierVersion) -> str:
    """Its content with another name for the nominee who was not erased."""
    content = json.loads(version.content)
    other = next(each for each in content["nominees"] if each["full_name"] not in (SENDER, ERASED_MARK))
    other["full_name"] = other["sender"]["name"] = "Người Khác"
    return written(content)


def _of_another_quarter(quarter: Quarter) -> str:
    basis = json.loads(quarter.basis)
    basis["campaign"] = "Chương trình khác"
    return quarter_basis.canonical(basis)


def _nominee_renamed() -> None:
    version = DossierVersion.objects.get()
    text = _of_another(version)
    by_hand(DossierVersion, version.pk, content=text, erased_hash=_sha256(text))


def _nominee_renamed_with_the_hash_of_another_row() -> None:
    version = DossierVersion.objects.get()
    text = _of_another(version)
    left = frozen.hash_of_what_is_left(DossierVersion, version.pk + 1, text, once=version.hash)
    by_hand(DossierVersion, version.pk, content=text, erased_hash=left)


def _dossier_with_another_printed_hash() -> None:
    by_hand(DossierVersion, DossierVersion.objects.get().pk, hash=_sha256("{}"))


def _quarter_rewritten() -> None:
    quarter = Quarter.objects.get()
    text = _of_another_quarter(quarter)
    by_hand(Quarter, quarter.pk, basis=text, erased_sha256=_sha256(text))


def _quarter_rewritten_with_the_hash_of_a_dossier() -> None:
    quarter = Quarter.objects.get()
    text = _of_another_quarter(quarter)
    left = frozen.hash_of_what_is_left(DossierVersion, quarter.pk, text, once=quarter.sha256)
    by_hand(Quarter, quarter.pk, basis=text, erased_sha256=left)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


HANDS: list[tuple[Callable[[], None], str, str]] = [
    (_nominee_renamed, VERSION, OF_VERSIONS),
    (_nominee_renamed_with_the_hash_of_another_row, VERSION, OF_VERSIONS),
    (_dossier_with_another_printed_hash, VERSION, OF_VERSIONS),
    (_quarter_rewritten, QUARTER, OF_QUARTERS),
    (_quarter_rewritten_with_the_hash_of_a_dossier, QUARTER, OF_QUARTERS),
]


def test_with_another_key_everything_keyed_looks_forged_and_nothing_else(erased: None, settings: Any) -> None:
    """So a restore without the key of its rows leaves these out."""
    assert INVARIANTS.keys() >= KEYED

    settings.LOOKUP_KEY = b"another key of thirty-two bytes."

    assert {each.invariant for each in violations()} == KEYED


@pytest.mark.parametrize(("hand", "kind", "invariant"), HANDS, ids=[case[0].__name__.strip("_") for case in HANDS])
def test_what_is_left_after_an_erasure_changed_by_hand_is_found(
    erased: None, hand: Callable[[], None], kind: str, invariant: str
) -> None:
    assert (found(), list(violations())) == ([], [])

    hand()

    assert kinds() == {(kind, verifying.NOT_ITS_TEXT)}
    assert {each.invariant for each in violations()} == {invariant}
