"""No English from the packages: every text they can show has its Vietnamese, theirs or ours.

What a package can show is taken from the catalogues it ships in English (Django) and from its source (all of them).
"""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import axes
import django
import pytest
import treebeard
from django.conf import settings
from django.utils.translation import trans_real

import portal.vietnamese

OURS = Path(portal.vietnamese.__file__).parent / "locale/vi/LC_MESSAGES"
DJANGO = Path(django.__file__).parent
APPS = ["admin", "auth", "contenttypes", "humanize", "messages", "sessions", "staticfiles"]
ADMIN = DJANGO / "contrib/admin/locale"

# The same in both languages: names of things, and signs.
SAME_IN_VIETNAMESE = {
    "…", ":", ":?.!", ", ", "Email", "IPv4", "IPv6", "%(truncated_text)s…",
    "%(size)d byte", "%s KB", "%s MB", "%s GB", "%s TB", "%s PB", "%(class_name)s %(instance)s",
}  # fmt: skip

Key = tuple[str, str, str]  # context, singular, plural


def keys_of_po(path: Path) -> dict[Key, str]:
    """The entries of a .po file and their first translation."""
    entries: dict[Key, str] = {}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        parts: dict[str, str] = {}
        keyword = ""
        for line in lines:
            if not line.startswith('"'):
                keyword, line = line.split(" ", 1)
            parts[keyword] = parts.get(keyword, "") + ast.literal_eval(line)
        if parts.get("msgid"):
            key = (parts.get("msgctxt", ""), parts["msgid"], parts.get("msgid_plural", ""))
            entries[key] = parts.get("msgstr", parts.get("msgstr[0]", ""))
    return entries


def texts_in_source(package: Path) -> Iterator[Key]:
    """What is handed to gettext in a package's code."""
    for path in package.rglob("*.py"):
        if {"tests", "migrations"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            texts = [argument for argument in texts if isinstance(argument, str)]
            if node.func.id in {"_", "gettext", "gettext_lazy", "gettext_noop"} and len(texts) == 1:
                yield "", texts[0], ""
            elif node.func.id in {"ngettext", "ngettext_lazy"} and len(texts) >= 2:
                yield "", texts[0], texts[1]
            elif node.func.id in {"pgettext", "pgettext_lazy"} and len(texts) == 2:
                yield texts[0], texts[1], ""


def vietnamese(catalogue: trans_real.TranslationCatalog, key: Key) -> str:
    context, singular, plural = key
    stored = f"{context}\x04{singular}" if context else singular
    return catalogue.get((stored, 0) if plural else stored, "")


def catalogue_of(domain: str) -> trans_real.TranslationCatalog:
    directories = [str(ADMIN)] if domain == "djangojs" else None  # as the admin's jsi18n asks for it
    return trans_real.DjangoTranslation("vi", domain=domain, localedirs=directories)._catalog


def shipped(domain: str) -> set[Key]:
    roots = [ADMIN] if domain == "djangojs" else [DJANGO / "conf/locale"]
    if domain == "django":
        roots += [DJANGO / "contrib" / app / "locale" for app in APPS]
    paths = [root / "en/LC_MESSAGES" / f"{domain}.po" for root in roots]
    return {key for path in paths if path.exists() for key in keys_of_po(path)}


def written_in_code() -> set[Key]:
    packages = [DJANGO / part for part in ("core", "db", "forms", "utils", "views", "conf")]
    packages += [DJANGO / "contrib" / app for app in APPS]
    packages += [Path(axes.__file__).parent, Path(treebeard.__file__).parent]
    return {key for package in packages for key in texts_in_source(package)}


def test_the_site_reads_our_catalogues() -> None:
    assert OURS.parents[1] in [Path(path) for path in settings.LOCALE_PATHS]


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_no_text_of_a_catalogue_is_left_in_english(domain: str) -> None:
    catalogue = catalogue_of(domain)
    texts = shipped(domain)

    left = {key for key in texts if vietnamese(catalogue, key) in {"", key[1]} and key[1] not in SAME_IN_VIETNAMESE}

    assert len(texts) > 70
    assert left == set()


def test_no_text_in_the_code_of_a_package_is_left_in_english() -> None:
    catalogue = catalogue_of("django")
    texts = written_in_code()

    left = {key for key in texts if vietnamese(catalogue, key) in {"", key[1]} and key[1] not in SAME_IN_VIETNAMESE}

    assert len(texts) > 400
    assert left == set()


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_we_translate_nothing_that_no_package_says(domain: str) -> None:
    known = shipped(domain) | (written_in_code() if domain == "django" else set())

    assert set(keys_of_po(OURS / f"{domain}.po")) - known == set()


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_what_is_compiled_is_what_is_written(domain: str) -> None:
    written = keys_of_po(OURS / f"{domain}.po")
    with (OURS / f"{domain}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]

    expected = {}
    for (context, singular, plural), meant in written.items():
        stored = f"{context}\x04{singular}" if context else singular
        expected[(stored, 0) if plural else stored] = meant
    compiled.pop("")

    assert compiled == expected


PLACEHOLDER = re.compile(r"%\(\w+\)[sdr]|%[sd]|\{\w*\}")


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_a_translation_keeps_the_places_to_fill(domain: str) -> None:
    differing = {
        key: meant
        for key, meant in keys_of_po(OURS / f"{domain}.po").items()
        if set(PLACEHOLDER.findall(meant)) != set(PLACEHOLDER.findall(key[2] or key[1]))
    }

    assert differing == {}


@pytest.mark.parametrize(
    ("english", "meant"),
    [
        ("Save", "Lưu"),
        ("Add", "Thêm"),
        ("Delete", "Xóa"),
        ("Log out", "Đăng xuất"),
        ("Log in", "Đăng nhập"),
        ("Change password", "Đổi mật khẩu"),
        ("History", "Lịch sử"),
        ("Filter", "Bộ lọc"),
        ("Search", "Tìm kiếm"),
        ("Password reset unsuccessful", "Chưa đặt lại được mật khẩu"),
    ],
)
def test_the_admin_uses_one_word_per_thing(english: str, meant: str) -> None:
    assert trans_real.translation("vi").gettext(english) == meant
