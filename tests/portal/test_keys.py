"""The portal's secrets: given, or made once by a machine that serves only itself."""

import base64
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.keys import NAMES, decode_key, kept_file, read_keys, replace

KEY = base64.b64encode(b"k" * 32).decode()
GIVEN = {"SECRET_KEY": "s" * 40, "FIELD_KEYS": KEY, "LOOKUP_KEY": KEY}


def test_given_keys_are_taken_and_nothing_is_written(tmp_path: Path) -> None:
    assert read_keys(GIVEN, tmp_path, may_make=False) == GIVEN
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lacking", NAMES)
def test_a_public_portal_refuses_to_start_without_a_key(tmp_path: Path, lacking: str) -> None:
    given = {name: value for name, value in GIVEN.items() if name != lacking}

    with pytest.raises(ImproperlyConfigured, match=lacking):
        read_keys(given, tmp_path, may_make=False)


def test_a_machine_for_itself_makes_its_keys_once(tmp_path: Path) -> None:
    made = read_keys({}, tmp_path / "var", may_make=True)

    assert read_keys({}, tmp_path / "var", may_make=True) == made
    assert len(decode_key("FIELD_KEYS", made["FIELD_KEYS"])) == 32
    assert made["FIELD_KEYS"] != made["LOOKUP_KEY"]


def test_only_the_owner_reads_what_was_made(tmp_path: Path) -> None:
    read_keys({}, tmp_path, may_make=True)

    assert [path.name for path in tmp_path.iterdir()] == ["keys.env"]
    assert stat.S_IMODE((tmp_path / "keys.env").stat().st_mode) == 0o600


def test_a_given_key_stands_before_a_made_one(tmp_path: Path) -> None:
    made = read_keys({}, tmp_path, may_make=True)

    assert read_keys({"LOOKUP_KEY": KEY}, tmp_path, may_make=True) == made | {"LOOKUP_KEY": KEY}


def test_a_file_that_lost_a_key_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "keys.env").write_text(f"SECRET_KEY={'s' * 40}\nFIELD_KEYS={KEY}\n")

    with pytest.raises(ImproperlyConfigured, match="LOOKUP_KEY"):
        read_keys({}, tmp_path, may_make=True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("không phải base64", id="not-base64"),
        pytest.param(base64.b64encode(b"k" * 31).decode(), id="a-byte-short"),
        pytest.param(base64.b64encode(b"k" * 33).decode(), id="a-byte-long"),
        pytest.param("a" * 43, id="no-padding"),
    ],
)
def test_an_unusable_key_is_refused_by_name(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        decode_key("FIELD_KEYS", text)


def test_the_file_of_keys_counts_where_the_portal_lives_by_it(tmp_path: Path) -> None:
    assert kept_file({}, tmp_path) is None
    read_keys({}, tmp_path, may_make=True)

    assert kept_file({}, tmp_path) == kept_file({"LOOKUP_KEY": KEY}, tmp_path) == tmp_path / "keys.env"
    assert kept_file(GIVEN, tmp_path) is None


def test_keys_that_are_replaced_stay_beside(tmp_path: Path) -> None:
    made = read_keys({}, tmp_path, may_make=True)
    place = tmp_path / "keys.env"
    before = place.read_text()
    other = "".join(f"{name}={value}\n" for name, value in GIVEN.items())

    assert replace(place, other, aside="truoc")
    assert not replace(place, other, aside="truoc")

    assert read_keys({}, tmp_path, may_make=True) == GIVEN != made
    assert place.with_name("keys.env.truoc").read_text() == before
    assert replace(place, before, aside="truoc")
    assert place.with_name("keys.env.truoc-2").read_text() == other
    assert replace(place, other, aside="truoc")  # cut after it was kept: kept once
    assert sorted(each.name for each in tmp_path.iterdir()) == ["keys.env", "keys.env.truoc", "keys.env.truoc-2"]
    assert place.stat().st_mode & 0o777 == 0o600
