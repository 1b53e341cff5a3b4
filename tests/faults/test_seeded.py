"""The list of seeded faults stays true to the code: `make faults` puts them in."""

import pytest

from tests.faults.seeded import ROOT
from tests.faults.seeds import SEEDS, Seed


@pytest.mark.parametrize("seed", SEEDS, ids=[each.name for each in SEEDS])
def test_what_a_seeded_fault_replaces_stands_there_once(seed: Seed) -> None:
    assert (ROOT / seed.path).read_text().count(seed.was) == 1
    assert seed.now != seed.was
    assert all((ROOT / each).is_file() for each in seed.test.split())


def test_names_of_seeded_faults_differ() -> None:
    assert len({each.name for each in SEEDS}) == len(SEEDS) >= 15


@pytest.mark.parametrize(
    "taken",
    [
        *(
            "select_for_update",
            "self.filter(branch",
            "os.fsync",
            '"eof"',
            "NOSNIFF = True",
            '": "\\n",',
            "_ESCAPE_ALIKE",
        ),
        *("PRIVATE_PATH", "_is_foreign", "initiative_id is not None", "OperationalError", "_holds_nul", "row.encode()"),
    ],
)
def test_a_fault_of_each_kind_is_put_in(taken: str) -> None:
    """A lock, a filter of scope, an fsync, the last field, nosniff, a line's end, an escape …: each is taken away once."""
    assert [each.name for each in SEEDS if each.was.count(taken) > each.now.count(taken)]
