"""How long what people wrote of themselves is kept: until the day an administrator set for the campaign, and seven days more in
which everybody in charge is warned. Then the worker erases, batch by batch; `erase_personal_data` does the same at once.

Without a day nothing is erased by itself: the notice that people agreed to says how long, and only people know what it says.
A run may stop anywhere and go on later: what is done is done, and what is left is asked for by `erased_at`.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from initiatives import jobs
from initiatives.campaigns.closings import last_close
from initiatives.models import (
    Act,
    Attachment,
    Campaign,
    CoAuthor,
    DataRequest,
    DossierEvent,
    DossierFile,
    Draft,
    Exemplar,
    Initiative,
    PersonalDataView,
    ReviewEvent,
    SavedFilter,
    Upkeep,
    WindowExtension,
)
from initiatives.models.told import tell_at_once
from initiatives.personal_data import erasing, forgetting, forgetting_texts
from initiatives.personal_data.erasing import Why
from initiatives.personal_data.forgetting import MARK, Forgotten
from initiatives.submission import tidying
from orgtree.models import StaffAccount
from orgtree.scoped_admin import MOST_COUNTED

WARNED_FROM = timedelta(days=30)  # before the day
GRACE = timedelta(days=7)  # behind it, before the worker erases
OF, ERASED, LEFT = "campaign", "sáng kiến", "còn lại"  # in the figures of a run
A_TURN = 200  # initiatives that the worker erases before others have their turn
AT_ONCE = 100  # initiatives in one transaction: a second or two, in which nobody waits for anything else
TAKEN_BACK = "Thu hồi công bố"  # of a decision, with a reason behind it
KEPT_WITHOUT_INITIATIVE = timedelta(days=730)  # requests that led to no initiative, and who looked at what


@dataclass(frozen=True)
class Due:
    """A campaign whose day is near or over. `remaining` are those that still say whose they are, MOST_COUNTED + 1 at the most."""

    campaign: Campaign
    until: date
    remaining: int

    @property
    def erased_from(self) -> date:
        """The first day on which the worker erases."""
        return self.until + GRACE + timedelta(days=1)

    def is_over(self, *, at: datetime) -> bool:
        return timezone.localdate(at) > self.until

    def may_be_erased_by_itself(self, *, at: datetime) -> bool:
        return timezone.localdate(at) >= self.erased_from


@dataclass
class Run:
    """What came of it so far."""

    campaign: Campaign
    erased: int = 0
    left: Counter[str] = field(default_factory=Counter)  # how many, by the sentence of what hinders
    forgotten: Forgotten = field(default_factory=Forgotten)

    is_whole: bool = False  # came to its end

    @property
    def figures(self) -> dict[str, int]:
        """For `Upkeep`: counts only."""
        return {OF: self.campaign.pk, **self.forgotten, ERASED: self.erased, LEFT: self.left.total()}


def near(*, at: datetime) -> list[Due]:
    """The campaigns of which staff are warned now: from thirty days before their day until nothing of anybody is left."""
    soon = timezone.localdate(at) + WARNED_FROM
    found = Campaign.objects.filter(personal_data_until__lte=soon).order_by("personal_data_until", "pk")
    counted = [due_of(campaign) for campaign in found]
    return [each for each in counted if each is not None and each.remaining]


def due_of(campaign: Campaign) -> Due | None:
    """None where no day is set. What a finished run left is not counted anew."""
    if campaign.personal_data_until is None:
        return None
    last = _last_run(campaign)
    if _is_done(campaign, last):
        return Due(campaign, campaign.personal_data_until, 0)
    return Due(campaign, campaign.personal_data_until, remaining(campaign).order_by()[: MOST_COUNTED + 1].count())


def remaining(campaign: Campaign) -> QuerySet[Initiative]:
    return Initiative.objects.filter(campaign=campaign, erased_at=None)


def over(*, at: datetime, since: timedelta = timedelta()) -> list[Campaign]:
    """Those whose day lies more than `since` back, the longest first. A window that was opened or extended beyond the day since
    it was set keeps a campaign out."""
    found = Campaign.objects.filter(personal_data_until__lt=timezone.localdate(at) - since)
    return [each for each in found.order_by("personal_data_until", "pk") if not _is_open_beyond(each)]


def _is_open_beyond(campaign: Campaign) -> bool:
    last, until = last_close(campaign), campaign.personal_data_until
    return last is not None and until is not None and timezone.localdate(last) > until


def foretold(campaign: Campaign) -> Run:
    """What a run would do now: counted, nothing written. Reads only what still holds something of a person."""
    rows = remaining(campaign)
    run = Run(campaign)
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[: AT_ONCE * 10]):
        left = erasing.what_hinders(batch, why=Why.RETENTION)
        run.left.update(left.values())
        run.erased += len(batch) - len(left)
        last = batch[-1].pk
    run.forgotten.update(
        {
            "tài liệu": Attachment.objects.filter(initiative__in=rows).count(),
            "đồng tác giả": CoAuthor.objects.filter(initiative__in=rows).count(),
            "bản nháp": _drafts(campaign).count(),
            "giấy tờ trong hồ sơ": _scans(campaign).count(),
            "gương tiêu biểu": _exemplars(campaign).filter(kind=Exemplar.Kind.PERSON).count(),
        }
    )
    return run


def erase_campaign(
    campaign: Campaign,
    *,
    by: StaffAccount | None,
    at_now: Callable[[], datetime],
    go_on: Callable[[Run], bool] = lambda run: True,
    at_once: int = AT_ONCE,
) -> Run:
    """Erases what nothing hinders, in short transactions; between two of them `go_on` is told how far it came, and False ends
    the run. Run again, it goes on where it was."""
    run = Run(campaign)
    last = 0
    while True:
        keys = list(remaining(campaign).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:at_once])
        if not keys:
            break
        batch = erasing.erase_some(keys, by=by, at=at_now())
        run.erased += len(batch.erased)
        run.left.update(batch.left.values())
        run.forgotten.update(batch.forgotten)
        last = keys[-1]
        if not go_on(run):
            return run
        jobs.let_others_write()
    forget_rest(campaign, at=at_now(), into=run.forgotten)
    run.is_whole = True
    return run


def forget_rest(campaign: Campaign, *, at: datetime, into: Forgotten) -> None:
    """What is of the campaign and of no one initiative: drafts never sent, people held up, words of its dossiers, searches.
    While something of a person is left in the campaign the papers of its dossiers stay: they may still be needed for it."""
    with transaction.atomic():
        into["bản nháp"] += _forget_drafts(campaign)
        if not remaining(campaign).exists():
            names = _forget_papers(campaign, into)
            names |= _forget_exemplars(campaign, into)
            transaction.on_commit(lambda: tidying.remove_unnamed(names, at=at))
        WindowExtension.objects.filter(campaign=campaign, unit=None).update(reason=MARK)
        forgetting.drop_tables([campaign.pk])
        forgetting.drop_sheets(forgetting.sheets_of_campaign(campaign))
        forgetting_texts.drop_searches(campaign=campaign.pk)
        forgetting_texts.drop_reasons()
        searches = Q(query__startswith="q=") | Q(query__contains="&q=")
        of_campaign = SavedFilter.objects.filter(searches, query__contains=f"campaign={campaign.slug}")
        into["bộ lọc đã lưu"] += of_campaign.delete()[0]
        tell_at_once()
    erasing.settle()


def nightly(*, at: datetime) -> None:
    """Once a day, by the worker: what became ripe, and what erasures left: SQLite's index of words, jobs that still ran."""
    forget_requests(at=at)
    if ReviewEvent.objects.filter(at__gt=at - timedelta(days=2), act=Act.ERASED).exists():
        forgetting_texts.drop_reasons()
        erasing.settle()


def forget_requests(*, at: datetime) -> int:
    """Requests that are done: whose initiative was erased meanwhile, or that are two years old; and who looked at what before
    then."""
    erased_since = Q(initiative__erased_at__isnull=False) | Q(done_at__lt=at - KEPT_WITHOUT_INITIATIVE)
    PersonalDataView.objects.filter(at__lt=at - KEPT_WITHOUT_INITIATIVE).delete()
    return forgetting.forget_requests(DataRequest.objects.filter(erased_since), at=at)


def noted(kept: Upkeep, run: Run, *, at: datetime, is_good: bool) -> None:
    """Ends the row of this run. `is_good`: it came to its end; what is left by rule is in the figures."""
    kept.ended_at, kept.is_good, kept.figures = at, is_good, run.figures
    kept.save(update_fields=["ended_at", "is_good", "figures"])


def erase_what_is_over(*, at_now: Callable[[], datetime], limit: int = A_TURN) -> bool:
    """The worker's turn: some of the first campaign whose days of warning are over; whether there is more to do at once.

    What came of all turns is one row of `Upkeep`. What something hinders is looked at again the next day.
    """
    at = at_now()
    for campaign in over(at=at, since=GRACE):
        last = _last_run(campaign)
        is_going_on = last is not None and last.ended_at is None
        if not is_going_on and (_is_done(campaign, last) or _ended_today(last, at=at)):
            continue
        kept = last if last is not None and is_going_on else noted_from(campaign, at=at)
        run = erase_campaign(campaign, by=None, at_now=at_now, go_on=lambda so_far: so_far.erased < limit)
        run.forgotten.update({name: each for name, each in kept.figures.items() if name in run.forgotten})
        run.erased += kept.figures.get(ERASED, 0)
        if run.is_whole:
            noted(kept, run, at=at_now(), is_good=True)
        else:
            kept.figures = run.figures
            kept.save(update_fields=["figures"])
        return not run.is_whole
    return False


def noted_from(campaign: Campaign, *, at: datetime) -> Upkeep:
    """The row of a run that begins."""
    return Upkeep.objects.create(kind=Upkeep.Kind.ERASE, began_at=at, figures={OF: campaign.pk})


def _last_run(campaign: Campaign) -> Upkeep | None:
    return (
        Upkeep.objects.filter(kind=Upkeep.Kind.ERASE, figures__campaign=campaign.pk)
        .order_by("-began_at", "-pk")
        .first()
    )


def _is_done(campaign: Campaign, last: Upkeep | None) -> bool:
    """Whether a run came to its end, nothing was left, and nothing was received since it began."""
    if last is None or not last.is_good or last.figures.get(LEFT):
        return False
    newest = (
        Initiative.objects.filter(campaign=campaign).order_by("-submitted_at").values_list("submitted_at", flat=True)
    )
    return all(each < last.began_at for each in newest[:1])


def _ended_today(last: Upkeep | None, *, at: datetime) -> bool:
    return (
        last is not None and last.ended_at is not None and timezone.localdate(last.ended_at) == timezone.localdate(at)
    )


def _drafts(campaign: Campaign) -> QuerySet[Draft]:
    """Never sent, and nobody was given more time for them."""
    return Draft.objects.filter(campaign=campaign, initiative=None, revises=None)


def _forget_drafts(campaign: Campaign) -> int:
    """Their documents go with them; the files with the sweep."""
    drafts = _drafts(campaign)
    number = drafts.count()
    drafts.delete()
    return number


def _scans(campaign: Campaign) -> QuerySet[DossierFile]:
    return DossierFile.objects.filter(dossier__round__campaign=campaign).exclude(stored_name="")


def _forget_papers(campaign: Campaign, into: Forgotten) -> set[str]:
    """Signed letters and tables name many; the union keeps the paper. Kind, size and hash stay."""
    scans = _scans(campaign)
    names = set(scans.values_list("stored_name", flat=True))
    into["giấy tờ trong hồ sơ"] += scans.update(name=MARK, stored_name="")
    DossierEvent.objects.filter(dossier__round__campaign=campaign).exclude(words="").update(words=MARK)
    decisions = campaign.decisions.values_list("pk", flat=True)
    logged = LogEntry.objects.filter(content_type__app_label="initiatives", content_type__model="commendationdecision")
    of_campaign = logged.filter(object_id__in=[str(pk) for pk in decisions])
    of_campaign.filter(change_message__startswith=TAKEN_BACK).update(change_message=f"{TAKEN_BACK}: {MARK}")
    return names


def _exemplars(campaign: Campaign) -> QuerySet[Exemplar]:
    """People held up apart from any initiative, and pictures and stories of collectives, in which people are seen and named."""
    return Exemplar.objects.filter(campaign=campaign, commendation=None).exclude(name=MARK)


def _forget_exemplars(campaign: Campaign, into: Forgotten) -> set[str]:
    found = _exemplars(campaign)
    names = set(found.exclude(picture="").values_list("picture", flat=True))
    into["gương tiêu biểu"] += found.filter(kind=Exemplar.Kind.PERSON).count()
    people = {"title": MARK, "name": MARK, "shown_at": None}
    found.update(story="", picture="", picture_is_allowed=False)
    found.filter(kind=Exemplar.Kind.PERSON).update(**people)
    return names
