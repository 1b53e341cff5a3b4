"""Those who stand in a dossier, with all that is asked and said of them: a handful of statements, however many stand."""

from collections import defaultdict
from dataclasses import dataclass

from initiatives.models import Attachment, CoAuthor, Dossier, Initiative, Nomination
from initiatives.submission.summary_facts import Facts, facts_of

RECOGNITION = "recognition"  # the code of a document's kind


@dataclass(frozen=True)
class Nominee:
    nomination: Nomination
    co_authors: tuple[CoAuthor, ...]
    attachments: tuple[Attachment, ...]

    @property
    def initiative(self) -> Initiative:
        return self.nomination.initiative

    @property
    def facts(self) -> Facts:
        return facts_of(self.initiative, self.co_authors)

    @property
    def has_decision(self) -> bool:
        """Whether a decision of recognition came with the initiative itself."""
        return any(each.kind == RECOGNITION for each in self.attachments)


def standing_in(dossier: Dossier) -> list[Nominee]:
    """The chosen, then the reserves, each by rank."""
    nominations = list(
        Nomination.objects.filter(round=dossier.round_id, unit=dossier.unit_id)
        .standing()
        .in_order()
        .select_related("initiative__unit")
    )
    keys = [nomination.initiative_id for nomination in nominations]
    co_authors: dict[int, list[CoAuthor]] = defaultdict(list)
    for author in CoAuthor.objects.filter(initiative__in=keys).order_by("initiative", "number"):
        co_authors[author.initiative_id].append(author)
    attachments: dict[int, list[Attachment]] = defaultdict(list)
    for attachment in Attachment.objects.filter(initiative__in=keys).defer("first_look").order_by("pk"):
        attachments[attachment.initiative_id].append(attachment)
    return [
        Nominee(each, tuple(co_authors[each.initiative_id]), tuple(attachments[each.initiative_id]))
        for each in nominations
    ]
