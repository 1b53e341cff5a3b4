"""Two initiatives beside each other, with what differs marked: what they say, who sent them, when and where."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count

from initiatives.duplicates import sentences
from initiatives.models import Attachment, CoAuthor, Initiative, TwinPair
from portal.vietnamese import days


@dataclass(frozen=True)
class Piece:
    """Some words of a sentence; `differs` where the other side has others in their place, or none."""

    text: str
    differs: bool = False


@dataclass(frozen=True)
class Sentence:
    """`is_alone`: nothing like it stands on the other side."""

    pieces: tuple[Piece, ...]
    is_alone: bool = False


@dataclass(frozen=True)
class Text:
    """What both wrote under one heading."""

    label: str
    earlier: tuple[Sentence, ...]
    later: tuple[Sentence, ...]


@dataclass(frozen=True)
class Fact:
    label: str
    earlier: str
    later: str

    @property
    def is_same(self) -> bool:
        return self.earlier == self.later


@dataclass(frozen=True)
class Both:
    facts: tuple[Fact, ...]
    texts: tuple[Text, ...]


def compared(pair: TwinPair) -> Both:
    """Two statements: their documents and their co-authors."""
    sides = (pair.earlier, pair.later)
    documents = _documents(sides)
    authors = _co_authors(sides)
    rows = [
        ("Người nộp", [one.full_name for one in sides]),
        ("Đồng tác giả", [", ".join(authors[one.pk]) for one in sides]),
        ("Đơn vị", [one.unit.name for one in sides]),
        ("Nơi làm việc", [one.workplace for one in sides]),
        ("Chương trình", [one.campaign.name for one in sides]),
        ("Nhận lúc", [days.moment(one.submitted_at) for one in sides]),
        ("Ngày áp dụng", [days.shown(one.applied_on) for one in sides]),
        ("Tài liệu", [f"{documents[one.pk]} tệp" if documents[one.pk] else "không có" for one in sides]),
    ]
    facts = tuple(Fact(label, first or "–", second or "–") for label, (first, second) in rows if first or second)
    texts = (
        _text("Tên sáng kiến", pair.earlier.title, pair.later.title),
        _text("Mô tả", pair.earlier.description, pair.later.description),
        _text("Hiệu quả", pair.earlier.effect, pair.later.effect),
    )
    return Both(facts, tuple(text for text in texts if text.earlier or text.later))


def what_senders_share(pair: TwinPair) -> str:
    """By what both senders are known to be one person, in words; "" when nothing says so."""
    if pair.earlier.national_id_hash and pair.earlier.national_id_hash == pair.later.national_id_hash:
        return "cùng số CMND/CCCD"
    is_same_phone = bool(pair.earlier.phone_digits) and pair.earlier.phone_digits == pair.later.phone_digits
    return "cùng số điện thoại" if is_same_phone else ""


def _text(label: str, earlier: str, later: str) -> Text:
    found = sentences.compared(earlier, later)
    return Text(label, *(tuple(map(_sentence, side)) for side in (found.earlier, found.later)))


def _sentence(found: sentences.Sentence) -> Sentence:
    """One that stands alone is marked as a whole, not word by word."""
    is_alone = found.state is sentences.State.ONLY_HERE
    pieces = (piece for span in found.spans for piece in _pieces(span.text, differs=span.is_marked and not is_alone))
    return Sentence(tuple(pieces), is_alone)


def _pieces(text: str, *, differs: bool) -> Iterator[Piece]:
    """The blank behind marked words is not marked."""
    words = text.rstrip() if differs else text
    if words:
        yield Piece(words, differs)
    if words != text:
        yield Piece(text[len(words) :])


def _documents(sides: tuple[Initiative, Initiative]) -> dict[int, int]:
    counted = Attachment.objects.filter(initiative__in=sides).order_by().values_list("initiative").annotate(Count("pk"))
    return dict.fromkeys((one.pk for one in sides), 0) | dict(counted)


def _co_authors(sides: tuple[Initiative, Initiative]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {one.pk: [] for one in sides}
    for key, name in CoAuthor.objects.filter(initiative__in=sides).values_list("initiative", "full_name"):
        names[key].append(name)
    return names
