"""Points: where a round has criteria, its assessors score what reached the host, each alone; the host sees what comes of it.

Nobody scores an initiative of their own. Whoever was taken off the list of assessors counts no more; their points are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import pvariance

from django.db import transaction
from django.db.models import Exists, OuterRef

from initiatives.models import Criterion, Dossier, Nomination, Score, SelectionRound
from initiatives.models.dossier import SEALED_STATES
from initiatives.models.nomination import NominationQuerySet
from initiatives.nominations.refusals import SelectionRefused
from initiatives.review.authorship import namesakes, shared_with
from initiatives.submission.summary_facts import recognised_co_author
from orgtree.models import StaffAccount
from orgtree.roles import RANK, Role
from portal.vietnamese.formats import whole
from portal.vietnamese.names import sort_key

Key = tuple[int, int]  # of a nomination and a criterion


class PointsRefused(SelectionRefused):
    """Points for what may not be scored by this account, or more than the criterion gives."""


@dataclass(frozen=True)
class Sheet:
    """One nominee before one assessor. `shared` is what makes it the assessor's own: then there is nothing to score.

    `namesakes` are authors who bear the assessor's name, which proves nothing.
    """

    nomination: Nomination
    shared: str
    namesakes: Sequence[str]
    points: Mapping[int, Decimal]  # by criterion
    criteria: int

    @property
    def author(self) -> str:
        return author_of(self.nomination)

    @property
    def is_own(self) -> bool:
        return bool(self.shared)

    @property
    def is_finished(self) -> bool:
        return self.is_own or len(self.points) == self.criteria


@dataclass(frozen=True)
class Line:
    """What came of one nominee. `place` None: nobody has scored it whole. Places are shared by equals."""

    nomination: Nomination
    totals: Sequence[Decimal]  # of those who have finished it
    expected: int
    place: int | None = None

    @property
    def author(self) -> str:
        return author_of(self.nomination)

    @property
    def is_finished(self) -> bool:
        return len(self.totals) == self.expected

    @property
    def exact(self) -> Fraction | None:
        return Fraction(sum(self.totals)) / len(self.totals) if self.totals else None

    @property
    def average(self) -> str:
        return "" if self.exact is None else in_tenths(Decimal(self.exact.numerator) / self.exact.denominator)

    @property
    def spread(self) -> str:
        """The population's standard deviation: how far the assessors are apart."""
        return in_tenths(pvariance(self.totals).sqrt()) if self.totals else ""


@dataclass(frozen=True)
class Progress:
    """How far an assessor has come."""

    account: StaffAccount
    finished: int
    expected: int

    @property
    def is_finished(self) -> bool:
        return self.finished == self.expected


@dataclass(frozen=True)
class Results:
    lines: Sequence[Line]
    assessors: Sequence[Progress]


def criteria_of(round: SelectionRound) -> list[Criterion]:
    return list(round.criteria.all())


def may_assess(account: StaffAccount, round: SelectionRound) -> bool:
    """Whether the account scores: named by the host, of its staff still, and able to decide."""
    unit = account.unit
    is_of_host = unit is not None and account.is_active and unit.current_path == round.host.current_path
    able = RANK.get(account.role, -1) >= RANK[Role.REVIEWER]
    return is_of_host and able and round.assessors.filter(pk=account.pk).exists()


def reached(round: SelectionRound) -> NominationQuerySet:
    """What there is to score: chosen, in a dossier that lies with the host."""
    at_host = Dossier.objects.filter(round=OuterRef("round"), unit=OuterRef("unit"), state__in=SEALED_STATES)
    rows: NominationQuerySet = Nomination.objects.chosen().filter(Exists(at_host), round=round)
    rows = rows.select_related("unit", "initiative__unit").prefetch_related("initiative__co_authors")
    return rows.order_by("unit__path", "rank", "pk")


def author_of(nomination: Nomination) -> str:
    """Whom tables and certificates name (M11)."""
    initiative = nomination.initiative
    return recognised_co_author(initiative, initiative.co_authors.all()) or initiative.full_name


def sheets(nominations: Sequence[Nomination], account: StaffAccount, *, criteria: Sequence[Criterion]) -> list[Sheet]:
    """Before one assessor, who sees nobody's points but their own: one statement."""
    given = Score.objects.filter(nomination__in=nominations, criterion__in=criteria, account=account)
    points: dict[int, dict[int, Decimal]] = {}
    for score in given.order_by():
        points.setdefault(score.nomination_id, {})[score.criterion_id] = score.points
    return [
        Sheet(
            each,
            shared_with(each.initiative, account),
            namesakes(each.initiative, account),
            points.get(each.pk, {}),
            len(criteria),
        )
        for each in nominations
    ]


def give(round: SelectionRound, points: Mapping[Key, Decimal | None], *, by: StaffAccount, at: datetime) -> None:
    """Keeps the points of one assessor; None takes them away. All of them or, where one is refused, none."""
    with transaction.atomic():
        criteria = {each.pk: each for each in criteria_of(round)}
        nominees = reached(round).filter(pk__in={nomination for nomination, _ in points}).in_bulk()
        for (nomination, criterion), given in points.items():
            if criterion not in criteria or nomination not in nominees:
                raise PointsRefused("Có sáng kiến không còn ở đợt này. Hãy tải lại trang rồi chấm.")
            if shared_with(nominees[nomination].initiative, by):
                raise PointsRefused("Bạn không chấm sáng kiến của chính mình.")
            if given is not None and not 0 <= given <= criteria[criterion].most:
                raise PointsRefused(out_of_range(criteria[criterion]))
        taken_away = [key for key, given in points.items() if given is None]
        for nomination, criterion in taken_away:
            Score.objects.filter(nomination=nomination, criterion=criterion, account=by).delete()
        Score.objects.bulk_create(
            [
                Score(nomination_id=nomination, criterion_id=criterion, account=by, points=given, at=at)
                for (nomination, criterion), given in points.items()
                if given is not None
            ],
            update_conflicts=True,
            unique_fields=["nomination", "criterion", "account"],
            update_fields=["points", "at"],
        )


def out_of_range(criterion: Criterion) -> str:
    return f"{criterion}: ghi điểm từ 0 đến {whole(criterion.most)}."


def results(round: SelectionRound) -> Results:
    """The nominees by their averages, and who has finished: five statements however many there are.

    Of an assessor only what was scored whole counts; those whose own an initiative is are not waited for.
    """
    criteria = {each.pk for each in criteria_of(round)}
    nominations = list(reached(round))
    assessors = sorted(round.assessors.all(), key=lambda one: (sort_key(one.get_full_name()), one.pk))
    given: dict[tuple[int, int], dict[int, Decimal]] = {}
    for score in Score.objects.filter(nomination__in=nominations, criterion__in=criteria, account__in=assessors):
        given.setdefault((score.nomination_id, score.account_id), {})[score.criterion_id] = score.points
    whole_totals = {key: sum(each.values(), Decimal(0)) for key, each in given.items() if each.keys() == criteria}
    judges = {each.pk: [one for one in assessors if not shared_with(each.initiative, one)] for each in nominations}
    lines = [
        Line(
            nomination=each,
            totals=[whole_totals[each.pk, one.pk] for one in judges[each.pk] if (each.pk, one.pk) in whole_totals],
            expected=len(judges[each.pk]),
        )
        for each in nominations
    ]
    progress = [
        Progress(
            one,
            finished=sum((each.pk, one.pk) in whole_totals for each in nominations if one in judges[each.pk]),
            expected=sum(one in judges[each.pk] for each in nominations),
        )
        for one in assessors
    ]
    return Results(_placed(lines), progress)


def _placed(lines: Sequence[Line]) -> list[Line]:
    """The best first, equals side by side; what nobody scored whole stands last, in the order of its sending."""
    scored = sorted((line for line in lines if line.exact is not None), key=lambda line: -(line.exact or 0))
    placed: list[Line] = []
    for number, line in enumerate(scored, start=1):
        is_equal = placed and placed[-1].exact == line.exact
        placed.append(Line(line.nomination, line.totals, line.expected, placed[-1].place if is_equal else number))
    return [*placed, *(line for line in lines if line.exact is None)]


def in_tenths(number: Decimal) -> str:
    """8,5"""
    return str(number.quantize(Decimal("0.1"), ROUND_HALF_UP)).replace(".", ",")


def shown(points: Decimal) -> str:
    """As somebody typed it: 8; 8,5; 7,25"""
    plain = f"{points:.2f}".rstrip("0").rstrip(".")
    return plain.replace(".", ",")
