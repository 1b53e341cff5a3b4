"""The admin speaks Vietnamese, when it refuses and when it has saved too; every page as it opens: `tests/scope/test_pages.py`."""

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]

ENGLISH = re.compile(
    r"\b(?:the|this|that|please|select|add|added|change|changed|delete|deleted|save|view|search|home|log|welcome|"
    r"password|user|users|history|filter|show|all|page|error|errors|correct|below|required|field|fields|enter|value|"
    r"yes|no|none|action|actions|run|go|date|time|today|now|of|and|or|to|by|with|is|are|was|successfully|submit|"
    r"draft|initiative|unit|campaign|status|phase|admin|site|administration|django|superuser|group|permission|"
    r"true|false|first|last|next|previous|name|active|staff|role|code|object|close|cancel)\b",
    re.IGNORECASE,
)
# Vietnamese syllables that are spelled like the words above.
VIETNAMESE = {"to", "go"}
# A choice's code is an identifier, shown to those who may read a campaign.
NOT_READ = re.compile(r'<(script|style|svg)\b.*?</\1>|<!--.*?-->|<td class="field-code"[^>]*>.*?</td>', re.DOTALL)
READ_ATTRIBUTES = re.compile(r"""\b(?:title|placeholder|aria-label|alt)="([^"]*)"|type="submit" value="([^"]*)\"""")
TAG = re.compile(r"<[^>]+>")
NAMES = re.compile(
    r"\b[a-z0-9-]+(?:[/_][a-z0-9-]+)+\b|vien-song-hieu|can-bo-\d+|sang-kien-thu-\d+|Google Drive|Zalo|Facebook"
)


def read_words(page: str) -> list[str]:
    """What a person reads: text between tags, and the attributes that are shown or spoken."""
    page = NOT_READ.sub(" ", page)
    shown = [first or second for first, second in READ_ATTRIBUTES.findall(page)]
    text = NAMES.sub(" ", html.unescape(" ".join([TAG.sub(" ", page), *shown])))
    return [word for word in ENGLISH.findall(text) if word.lower() not in VIETNAMESE]


def test_the_words_are_found_where_there_are_some() -> None:
    page = '<p title="Search">Xin chào <b>Please correct the error</b></p><script>the</script>'

    assert read_words(page) == ["Please", "correct", "the", "error", "Search"]


def test_the_sign_in_and_its_refusal_are_vietnamese(db: None) -> None:
    client = Client()
    address = reverse("admin:login")

    pages = [client.get(address), client.post(address, {"username": "a", "password": "b"}), client.post(address, {})]

    assert [read_words(page.content.decode()) for page in pages] == [[], [], []]


@pytest.mark.parametrize("name", ["staffaccount", "contact", "windowextension", "campaign", "consenttext"])
def test_refused_forms_are_vietnamese(world: World, enter: Enter, name: str) -> None:
    app = "orgtree" if name == "staffaccount" else "initiatives"
    management = {
        f"{prefix}-{part}": "0"
        for prefix in ("phases", "choices", "declarations", "review_reasons")
        for part in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    wrong = {"email": "x", "zalo": "http://example.com", "facebook": "y", "goal": "-1", "description_limit": "abc"}

    answer = enter("administrator").post(reverse(f"admin:{app}_{name}_add"), management | wrong)

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert read_words(answer.content.decode()) == []


def test_what_is_saved_is_told_in_vietnamese(world: World, enter: Enter) -> None:
    client = enter("inside")
    asked = {"name": "Ban Tổ chức", "unit": world.units["quang-tri/dong-ha"].pk}

    told = client.post(reverse("admin:initiatives_contact_add"), asked, follow=True)
    history = client.get(reverse("admin:initiatives_contact_history", args=[world.rows["contact"].pk]))

    assert 'class="success"' in told.content.decode()
    assert read_words(told.content.decode()) == []
    assert read_words(history.content.decode()) == []


def test_no_textarea_or_line_cuts_what_is_typed(world: World, enter: Enter) -> None:
    client = enter("administrator")
    addresses = [
        reverse("admin:initiatives_campaign_change", args=[world.campaign.pk]),
        reverse("admin:initiatives_initiative_change", args=[world.rows["initiative"].pk]),
    ]

    assert [
        each for each in addresses if re.search(r"<textarea[^>]*maxlength", client.get(each).content.decode())
    ] == []


def test_what_to_do_with_the_ticked_rows_is_asked_in_words(world: World, enter: Enter) -> None:
    page = enter("inside").get(reverse("admin:initiatives_initiative_changelist")).content.decode()

    asked = re.search(r'<select name="action".*?</select>', page, re.DOTALL)
    assert asked is not None
    assert re.findall(r"<option[^>]*>([^<]*)</option>", asked[0])[0] == "Hãy chọn việc"
