"""What was typed in a font of before Unicode (TCVN3, VNI): offered as it was meant, never put in its place silently.

It stops nobody: who says that a text is as it should be is not asked about the same text again.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from initiatives.submission import answers
from portal.vietnamese import text

AS_TYPED = "as_typed"  # beside the answers of a draft: the texts that stay as they are, by their digest


@dataclass(frozen=True)
class Offer:
    """One answer that nobody can read as it stands."""

    name: str
    repaired: str


def offers(typed: Mapping[str, object], names: Iterable[str]) -> list[Offer]:
    """Of the answers called `names`, those that should be read again by who typed them."""
    settled = typed.get(AS_TYPED) or ()
    found = []
    for name in names:
        answer = typed.get(name)
        if not isinstance(answer, str) or answer.isascii() or _digest(answer) in settled:  # type: ignore[operator]
            continue
        if font := text.old_font(answer):
            found.append(Offer(name, font.repaired))
    return found


def repaired(typed: Mapping[str, object], before: Mapping[str, object]) -> answers.Answers:
    """What takes the place of the answers that were offered anew; what was said `before` to stay as it is does."""
    offered = offers({**typed, AS_TYPED: before.get(AS_TYPED)}, typed)
    return {offer.name: offer.repaired for offer in offered}


def left_alone(typed: Mapping[str, object], before: Mapping[str, object]) -> answers.Answers:
    """Notes that what `typed` offers stays as it is, with what was said of other answers `before`."""
    settled = [str(each) for each in before.get(AS_TYPED) or ()]  # type: ignore[attr-defined]
    fresh = [_digest(str(typed[offer.name])) for offer in offers(typed, typed)]
    return {AS_TYPED: [*settled, *(each for each in fresh if each not in settled)]}


def _digest(answer: str) -> str:
    return hashlib.sha256(answer.encode()).hexdigest()[:16]
