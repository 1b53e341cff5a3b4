"""The benefit of an initiative as declared and as staff found it, and what of the declared looks mistyped (M33).

A value a thousand times the middle of its field is more often three zeros too many than a marvel. Nobody is refused for it: it is
marked for staff, to be appraised before anybody announces a total.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from initiatives.lifecycle import APPRAISABLE
from initiatives.models import Act, Appraisal, FieldMedian, Finding, Initiative, ReviewEvent, Status
from portal.vietnamese import money
from portal.vietnamese.formats import whole

TIMES = 1_000  # so many times the middle of its field
LEAST = 10  # values of a field before its middle says anything: of fewer, a handful of slips would be the middle


@dataclass(frozen=True)
class Standing:
    """What the desk says of a benefit. `words` is the declared one written out; `last` is what was found last, also where the
    sender declared something else since."""

    declared: str
    words: str
    doubt: str
    appraised: str
    appraised_words: str
    last: ReviewEvent | None
    is_overtaken: bool


def threshold(median: FieldMedian | None) -> int:
    """The least value that looks mistyped in a field with this middle; None where it has none yet."""
    if median is None or median.of < LEAST:
        return money.PLAUSIBLE + 1
    return min(TIMES * median.median, money.PLAUSIBLE + 1)


def doubt(initiative: Initiative) -> str:
    """Why the declared value looks mistyped, as a sentence; "" where it does not, or was appraised. One statement at most."""
    value = initiative.benefit_value
    if value is None or initiative.is_appraised:
        return ""
    median = FieldMedian.objects.filter(campaign=initiative.campaign_id, field=initiative.field).first()
    if value < threshold(median):
        return ""
    if median is None or median.of < LEAST or value < TIMES * median.median:
        return f"Trên {money.shown(money.PLAUSIBLE)}: có thể ghi nhầm."
    return (
        f"Gấp {whole(value // median.median)} lần giá trị ở giữa của lĩnh vực ({money.shown(median.median)}, trong "
        f"{whole(median.of)} sáng kiến): có thể ghi nhầm."
    )


def standing(initiative: Initiative, events: Iterable[ReviewEvent]) -> Standing:
    """`events` with their appraisals."""
    value, is_money = initiative.benefit_value, not initiative.benefit_is_not_money
    last = next((event for event in reversed(list(events)) if event.act == Act.APPRAISED), None)
    return Standing(
        declared="" if is_money and value is None else money.shown(value),
        words="" if value is None else money.in_words(value),
        doubt=doubt(initiative),
        appraised=money.shown(initiative.appraised_value) if initiative.is_appraised else "",
        appraised_words=money.in_words(initiative.appraised_value) if initiative.appraised_value is not None else "",
        last=last,
        is_overtaken=last is not None and is_overtaken(initiative, last.appraisal),
    )


def is_overtaken(initiative: Initiative, last: Appraisal) -> bool:
    """Whether something else was declared since: a value was found then, and the initiative bears none."""
    return last.finding != Finding.NONE and not initiative.is_appraised


def refusal(initiative: Initiative) -> str:
    """Why its benefit cannot be appraised, as a sentence; "" where it can."""
    if initiative.status in APPRAISABLE and initiative.duplicate_of_id is None:
        return ""
    label = Status(initiative.status).label.lower()
    return f"Sáng kiến đang ở trạng thái “{label}” nên không thẩm định giá trị được."
