"""The table: every address of the admin, who may come in, by which sample of a row, and what it may tell.

A new address without a line here fails `tests/codebase/test_scope_matrix.py`; so does a line without an address. A line
is enough for the whole matrix to walk the address.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from initiatives.models import Job
from orgtree.roles import Role
from tests.scope.world import HERE, MISSING, NOBODY, PEOPLE, World, has_role

# What an address without a name asks for: any text to the end of it, or the number of a row.
PARAMETER = re.compile(r"\(\?P<\w+>.*\)\$|<[^>]+>")

OWN_PLACE = ""  # the unit of whoever asks


class Place(Enum):
    """Where somebody stands who may come in, seen from the row that the address names."""

    ANYWHERE = "anywhere"  # the address names no row of a unit
    AT_OR_ABOVE = "at its unit or above"
    ABOVE = "above its unit"
    LINE = "at its unit, above or below"
    OWNER = "its owner"


@dataclass(frozen=True)
class Door:
    least: Role | None = Role.VIEWER  # None: nobody at all
    place: Place = Place.ANYWHERE
    of: str = ""  # the kind of row whose number the address holds
    words: tuple[str, ...] = ()  # what else the address holds, behind the number
    answers: int = 200  # what a GET gets that may come in
    refuses: int = 403  # what others get who may see the row
    outside: int = 302  # what those get who have not signed in
    placeless: int | None = None  # what those get who have no unit; None: what everybody gets
    shows: tuple[str, ...] = ()  # marks of the row that must be there to be found …
    shown_of: str = HERE  # … and of which place
    is_drawn: bool = False  # shows something drawn at random
    tells: tuple[str, ...] = ()  # kinds of marks it may show wherever they come from
    lists: str = ""  # the kind of row it lists
    post_only: bool = False

    def address(self, world: World, name: str, place: str = HERE, *, number: int | None = None) -> str:
        """The address about the row of `place`, or about `number`."""
        asked = [number or world.of(self.of, place).pk, *self.words] if self.of else self.words
        if not name.isidentifier():
            return reverse("admin:index") + PARAMETER.sub(str(asked[0]), name)
        return reverse(f"admin:{name}", args=asked)

    def lets_in(self, world: World, who: str, place: str = HERE) -> bool:
        if self.least is None or not has_role(who, self.least):
            return False
        if self.place is Place.ANYWHERE:
            return True
        if self.place is Place.OWNER:
            return self.is_owned(world, who, place)
        if self.place is Place.LINE:
            return self.is_in_line(world, who, place)
        inside = world.is_in_branch(place, who)
        return inside and (self.place is Place.AT_OR_ABOVE or PEOPLE[who][0] != place)

    def is_in_line(self, world: World, who: str, place: str = HERE) -> bool:
        return world.is_in_branch(place, who) or world.is_above(place, who)

    def is_owned(self, world: World, who: str, place: str = HERE) -> bool:
        row = world.of(self.of, place)
        return (row.owner_id if isinstance(row, Job) else row.account_id) == world.people[who].pk

    def hides(self, world: World, who: str) -> bool:
        """Whether the row of HERE is to `who` as if there were none."""
        if self.place is Place.OWNER:
            return not self.post_only and not self.is_owned(world, who)
        if self.place is Place.LINE:
            return not self.is_in_line(world, who)
        return self.place is not Place.ANYWHERE and not world.is_in_branch(HERE, who)


# From which role on a kind of row is seen at all.
SEEN_FROM = {
    "staffaccount": Role.MANAGER,
    "personaldataview": Role.MANAGER,
    "consenttext": Role.ADMINISTRATOR,
    "milestone": Role.ADMINISTRATOR,
    "cluster": Role.ADMINISTRATOR,
    "tablelayout": Role.REVIEWER,
    "lettertemplate": Role.ADMINISTRATOR,
    "sheet accounts": Role.MANAGER,
    "sheet grassroots": Role.MANAGER,
    "sheet initiatives": Role.REVIEWER,
}


def sees(kind: str, who: str) -> bool:
    return has_role(who, SEEN_FROM.get(kind, Role.VIEWER))


def rows_of(
    app: str,
    kind: str,
    *,
    adds: Role | None = None,
    deletes: Role | None = None,
    opened: tuple[str, ...] = (),
    logged: tuple[str, ...] = (),
    listed: tuple[str, ...] = (),
    tells: tuple[str, ...] = (),
    shared: bool = False,
    place: Place = Place.AT_OR_ABOVE,
) -> dict[str, Door]:
    """The addresses that Django's admin gives each kind of row.

    `listed`, `opened` and `logged` are the marks that the list, the row's page and its history show.
    """
    name, least = f"{app}_{kind}", SEEN_FROM.get(kind, Role.VIEWER)
    place = Place.ANYWHERE if shared else place
    return {
        f"{name}_changelist": Door(least, lists=kind, shows=listed),
        f"{name}_add": Door(adds),
        f"{name}_change": Door(least, place, kind, shows=opened, tells=tells),
        f"{name}_history": Door(least, place, kind, shows=logged),
        f"{name}_delete": Door(deletes, place, kind),
        # An address of long ago; it leads to the row's page, whatever the number.
        f"{app}/{kind}/<path:object_id>/": Door(of=kind, answers=302),
    }


OWN = Door()
MANAGES = {"least": Role.MANAGER, "place": Place.AT_OR_ABOVE}
MANAGES_BELOW = {"least": Role.MANAGER, "place": Place.ABOVE}

DOORS: dict[str, Door] = {
    # --- pages of no row ---
    "index": OWN,
    "app_list": Door(words=("initiatives",)),
    "jsi18n": OWN,
    "autocomplete": Door(answers=403),  # asks what for: `test_choices.py`
    "login": Door(answers=302, outside=200),
    "logout": Door(post_only=True, answers=405),
    "guide": OWN,
    # --- one's own account ---
    "own_account": Door(shows=("username",), shown_of=OWN_PLACE),
    "own_identity": OWN,
    "own_sign_ins": Door(shows=("device",), shown_of=OWN_PLACE),
    "password_change": OWN,
    "second_factor": Door(answers=302),  # the code has been given
    "second_factor_setup": Door(is_drawn=True),
    "second_factor_off": Door(answers=302),  # managers must have it, the others have none
    "backup_codes": Door(Role.MANAGER, refuses=302),
    "(?P<url>.*)$": Door(words=("khong-co-trang-nay/",), answers=404),
    # --- initiatives ---
    **rows_of(
        "initiatives",
        "initiative",
        listed=("title", "person", "receipt"),
        opened=(
            *("title", "person", "receipt", "phone", "coauthor", "filename", "description", "workplace", "unitname"),
            "foundnote",
        ),
        logged=("loginitiative",),
        # Who decided keeps their name, wherever they work; and of a twin it is told in which unit it lies.
        tells=("fullname", "name", "shortname"),
    ),
    "initiatives_initiative_attach": Door(Role.REVIEWER, Place.AT_OR_ABOVE, "initiative", shows=("unitname",)),
    "initiatives_initiative_appraise": Door(Role.REVIEWER, Place.AT_OR_ABOVE, "initiative", shows=("title",)),
    "initiatives_initiative_many": Door(Role.REVIEWER, words=("approve",), post_only=True, answers=405, refuses=405),
    "initiatives_initiative_to_tell": Door(Role.REVIEWER, shows=("returnedperson", "returnedtitle", "returnedwhy")),
    "initiatives_initiative_tell": Door(
        Role.REVIEWER, Place.AT_OR_ABOVE, "initiative", post_only=True, answers=405, refuses=403
    ),
    "initiatives_initiative_receipt": Door(
        Role.REVIEWER, Place.AT_OR_ABOVE, "initiative", shows=("person", "title", "receipt", "phone"), is_drawn=True
    ),
    "initiatives_initiative_receipt_renew": Door(
        Role.REVIEWER, Place.AT_OR_ABOVE, "initiative", post_only=True, answers=405, refuses=403
    ),
    "initiatives_initiative_enter": Door(Role.REVIEWER, is_drawn=True),
    "initiatives_initiative_slips": Door(Role.REVIEWER),
    "initiatives_initiative_paper": Door(words=("sang-kien-hai-tinh",)),
    "initiatives_initiative_correct": Door(Role.REVIEWER, Place.AT_OR_ABOVE, "initiative", shows=("person", "title")),
    "initiatives_initiative_sheet": Door(Role.REVIEWER),
    "initiatives_initiative_sheet_template": Door(
        Role.REVIEWER, words=("sang-kien-hai-tinh",), shows=("shortname", "code")
    ),
    "initiatives_initiative_sheet_rows": Door(Role.REVIEWER, Place.OWNER, "sheet initiatives", shows=("insheet",)),
    "initiatives_initiative_sheet_faults": Door(Role.REVIEWER, Place.OWNER, "sheet initiatives", shows=("insheet",)),
    "initiatives_initiative_sheet_slips": Door(Role.REVIEWER, words=("1",), answers=404),
    "initiatives_initiative_saved_filters": Door(post_only=True, answers=405),
    "initiatives_initiative_export": Door(words=("qt",), shows=("title",), placeless=302),
    "initiatives_initiative_export_file": Door(place=Place.OWNER, of="exported", shows=("exportedfile",)),
    "attachment": Door(place=Place.AT_OR_ABOVE, of="attachment", shows=("filename", "filecontent")),
    "attachment_thumbnail": Door(place=Place.AT_OR_ABOVE, of="attachment", shows=("filecontent",)),
    "attachment_text": Door(place=Place.AT_OR_ABOVE, of="attachment", shows=("filename", "filetext")),
    "initiatives_upkeep_changelist": Door(Role.ADMINISTRATOR, is_drawn=True),
    # --- work outside the request: its owner's alone ---
    "initiatives_job_changelist": Door(),
    "initiatives_job_add": Door(None),
    "initiatives_job_change": Door(place=Place.OWNER, of="job", shows=("receipt",)),
    "initiatives_job_history": Door(place=Place.OWNER, of="job"),
    "initiatives_job_delete": Door(None, Place.OWNER, "job"),
    "initiatives/job/<path:object_id>/": Door(of="job", answers=302),
    # --- pairs that may be duplicates: for whoever sees both ---
    **rows_of(
        "initiatives",
        "twinpair",
        opened=("title", "person", "receipt", "description", "workplace", "decidedtitle", "decidedperson"),
    ),
    # --- what was commended, and held up as a model ---
    **rows_of(
        "initiatives",
        "commendationdecision",
        adds=Role.MANAGER,
        listed=("decision",),
        opened=("decision", "form", "formofone"),
    ),
    **{
        f"initiatives_commendationdecision_{page}": Door(**MANAGES, of="commendationdecision", shows=("decision",))
        for page in ("pick", "edit", "announce")
    },
    "initiatives_commendationdecision_recall": Door(**MANAGES, of="commendationdecision", answers=302),
    **{
        f"initiatives_commendationdecision_{act}": Door(
            **MANAGES, of="commendationdecision", post_only=True, answers=405, refuses=403
        )
        for act in ("order", "exemplar")
    },
    "initiatives_commendationdecision_sheet": Door(
        place=Place.AT_OR_ABOVE, of="commendationdecision", shows=("decision", "formofone")
    ),
    "initiatives_commendationdecision_certificates": Door(**MANAGES, of="commendationdecision"),
    "initiatives_commendationdecision_certificate": Door(**MANAGES, of="commendationdecision", words=("1",)),
    **rows_of(
        "initiatives",
        "exemplar",
        adds=Role.MANAGER,
        listed=("exemplar",),
        opened=("exemplar", "exemplarname", "story"),
    ),
    "initiatives_exemplar_picture": Door(place=Place.AT_OR_ABOVE, of="exemplar", answers=404),
    # --- who came too late ---
    **rows_of(
        "initiatives",
        "draft",
        listed=("lateperson", "latetitle"),
        opened=("lateperson", "latetitle", "phone"),
        logged=("logdraft",),
    ),
    "initiatives_draft_extend": Door(Role.ADMINISTRATOR, Place.AT_OR_ABOVE, "draft", shows=("lateperson",)),
    # --- selecting: a round is seen by those it is held for as well ---
    **rows_of(
        "initiatives",
        "selectionround",
        adds=Role.MANAGER,
        listed=("roundname",),
        opened=("roundname",),
        place=Place.LINE,
    ),
    "initiatives_selectionround_units": Door(place=Place.LINE, of="selectionround", shows=("roundname",)),
    # Without criteria there is neither page, whoever asks; who opens them where there are: `tests/nominations/test_scoring.py`.
    "initiatives_selectionround_score": Door(place=Place.LINE, of="selectionround", answers=404),
    "initiatives_selectionround_scores": Door(place=Place.LINE, of="selectionround", answers=404),
    # --- the dossiers that are sent in them, and complaints ---
    **rows_of(
        "initiatives",
        "dossier",
        listed=("shortname", "roundname"),
        opened=("decidedtitle", "decidedperson", "scan"),
    ),
    "initiatives_dossier_open": Door(words=("1", "1"), answers=404),  # a round and a unit: `test_dossier_pages.py`
    "initiatives_dossier_candidates": Door(place=Place.AT_OR_ABOVE, of="dossier", shows=("shortname",)),
    "initiatives_dossier_seal": Door(**MANAGES, of="dossier", shows=("shortname",)),
    "initiatives_dossier_host": Door(**MANAGES_BELOW, of="dossier", shows=("decidedtitle", "decidedperson", "scan")),
    "initiatives_dossier_version": Door(
        place=Place.AT_OR_ABOVE, of="dossier", words=("1",), shows=("decidedtitle", "decidedperson", "scan")
    ),
    "initiatives_dossier_compare": Door(place=Place.AT_OR_ABOVE, of="dossier", words=("1", "1"), shows=("shortname",)),
    "initiatives_dossier_file": Door(place=Place.AT_OR_ABOVE, of="dossierfile", shows=("scan",)),
    # --- the papers of a dossier, and the tables of a host's own ---
    **{
        f"initiatives_dossier_{paper}": Door(place=Place.AT_OR_ABOVE, of="dossier")
        for paper in ("letter", "table", "table_pdf")
    },
    "initiatives_dossier_zip": Door(place=Place.AT_OR_ABOVE, of="dossier", words=("1",)),
    **rows_of("initiatives", "tablelayout", adds=Role.MANAGER, listed=("layout",), opened=("layout",)),
    "initiatives_tablelayout_pdf": Door(Role.REVIEWER, Place.AT_OR_ABOVE, "tablelayout"),
    "initiatives_tablelayout_xlsx": Door(Role.REVIEWER, Place.AT_OR_ABOVE, "tablelayout"),
    **rows_of(
        "initiatives",
        "complaint",
        adds=Role.REVIEWER,
        listed=("decidedtitle", "complainant"),
        opened=("decidedtitle", "decidedperson", "complaint", "complainant"),
    ),
    **rows_of("initiatives", "lettertemplate", adds=Role.ADMINISTRATOR, shared=True),
    "initiatives_lettertemplate_built_in": Door(Role.ADMINISTRATOR),
    "initiatives_lettertemplate_file": Door(Role.ADMINISTRATOR, of="lettertemplate", answers=404),  # its file is lost
    "initiatives_lettertemplate_use": Door(
        Role.ADMINISTRATOR, of="lettertemplate", post_only=True, answers=405, refuses=405
    ),
    "initiatives_lettertemplate_drop": Door(
        Role.ADMINISTRATOR, of="lettertemplate", post_only=True, answers=405, refuses=405
    ),
    # --- personal data: requests, what is masked, copies, and who looked ---
    **rows_of(
        "initiatives",
        "datarequest",
        adds=Role.REVIEWER,
        listed=("askedname",),
        opened=("askedname", "askedtext", "phone"),
    ),
    "initiatives_datarequest_hand_on": Door(Role.REVIEWER, Place.AT_OR_ABOVE, "datarequest"),
    "initiatives_datarequest_erase": Door(Role.MANAGER, Place.AT_OR_ABOVE, "datarequest", answers=404),  # asks to see
    "initiatives_initiative_identity": Door(
        Role.REVIEWER, Place.AT_OR_ABOVE, "initiative", post_only=True, answers=405, refuses=403
    ),
    "initiatives_initiative_copy": Door(Role.REVIEWER, Place.AT_OR_ABOVE, "initiative", shows=("title", "person")),
    **rows_of("initiatives", "personaldataview", listed=("lookreason",), opened=("lookreason",)),
    "initiatives_personaldataview_processing": Door(Role.MANAGER),
    # --- targets: given on pages of a unit, told in a list of their own ---
    **rows_of("initiatives", "target", listed=("shortname", "targetdocument"), opened=("shortname", "targetdocument")),
    "initiatives_target_begin": Door(answers=302),
    # --- how far everybody is; who sent very many ---
    "initiatives_initiative_board": Door(shows=("shortname",), shown_of=OWN_PLACE),
    "initiatives_initiative_recount": Door(Role.ADMINISTRATOR, of="campaign"),
    "initiatives_initiative_people": Door(shows=("shortname",), shown_of=OWN_PLACE),
    # --- benefits: totals and lists of one's own branch ---
    "initiatives_initiative_benefit": Door(shows=("shortname", "title", "decidedtitle")),
    "initiatives_initiative_benefit_sheet": Door(shows=("shortname", "title", "receipt"), placeless=404),
    **{
        f"initiatives_target_{page}": Door(
            place=Place.AT_OR_ABOVE, of="unit", words=("sang-kien-hai-tinh",), shows=("shortname",)
        )
        for page in ("set", "sheet", "sheet_template")
    },
    # --- campaigns and what hangs on them ---
    "initiatives_campaign_posters": Door(
        place=Place.AT_OR_ABOVE, of="unit", shows=("name", "shortname"), is_drawn=True
    ),
    "initiatives_campaign_posters_counts": Door(place=Place.AT_OR_ABOVE, of="unit", shows=("name", "shortname")),
    "initiatives_campaign_posters_file": Door(place=Place.OWNER, of="printed", shows=("printedfile",)),
    **rows_of("initiatives", "campaign", adds=Role.ADMINISTRATOR, shared=True),
    **rows_of("initiatives", "consenttext", adds=Role.ADMINISTRATOR, shared=True),
    **rows_of("initiatives", "milestone", adds=Role.ADMINISTRATOR, deletes=Role.ADMINISTRATOR, shared=True),
    # --- clusters and quarters: the confederation's; an announced quarter is everybody's, on its public page ---
    **rows_of("initiatives", "cluster", adds=Role.ADMINISTRATOR, deletes=Role.ADMINISTRATOR, shared=True),
    "initiatives_cluster_arrange": Door(Role.ADMINISTRATOR, words=("sang-kien-hai-tinh",)),
    "initiatives_quarter_changelist": OWN,
    "initiatives_quarter_add": Door(None),
    "initiatives_quarter_change": Door(of="quarter", answers=302),
    "initiatives_quarter_history": Door(Role.ADMINISTRATOR, of="quarter"),
    "initiatives_quarter_delete": Door(None, of="quarter"),
    "initiatives/quarter/<path:object_id>/": Door(of="quarter", answers=302),
    # The world's is not announced: to others it is missing. Of an announced one: `tests/progress/test_quarter_admin.py`.
    "initiatives_quarter_open": Door(Role.ADMINISTRATOR, words=("sang-kien-hai-tinh", "2022-2"), refuses=404),
    "initiatives_quarter_announce": Door(Role.ADMINISTRATOR, words=("sang-kien-hai-tinh", "2022-2")),
    "initiatives_quarter_sheet": Door(Role.ADMINISTRATOR, words=("sang-kien-hai-tinh", "2022-2")),
    "initiatives_quarter_review": Door(Role.ADMINISTRATOR, words=("sang-kien-hai-tinh", "tong-ket")),
    "initiatives_quarter_review_sheet": Door(Role.ADMINISTRATOR, words=("sang-kien-hai-tinh", "tong-ket")),
    **rows_of(
        "initiatives",
        "windowextension",
        adds=Role.ADMINISTRATOR,
        listed=("reason", "document", "personalreason"),
        opened=("reason", "document"),
    ),
    **rows_of(
        "initiatives",
        "contact",
        adds=Role.MANAGER,
        deletes=Role.MANAGER,
        listed=("contact",),
        opened=("contact", "phone"),
        logged=("logcontact",),
    ),
    # --- units ---
    **rows_of(
        "orgtree",
        "unit",
        listed=("name", "code"),
        opened=("name", "shortname", "code", "alias", "pastname", "opening", "order", "contact"),
        logged=("logunit",),
    ),
    "orgtree_unit_add_below": Door(**MANAGES, of="unit", shows=("shortname",)),
    **{
        f"orgtree_unit_{act}": Door(**MANAGES_BELOW, of="unit", shows=("shortname",))
        for act in ("rename", "move", "merge", "close", "call_also")
    },
    # --- grassroots unions from Excel ---
    "orgtree_unit_sheet": Door(Role.MANAGER),
    "orgtree_unit_sheet_template": Door(Role.MANAGER, shows=("shortname", "code")),
    "orgtree_unit_sheet_rows": Door(Role.MANAGER, Place.OWNER, "sheet grassroots", shows=("insheet",)),
    "orgtree_unit_sheet_faults": Door(Role.MANAGER, Place.OWNER, "sheet grassroots", shows=("insheet",)),
    # --- accounts ---
    **rows_of(
        "orgtree",
        "staffaccount",
        adds=Role.MANAGER,
        listed=("username", "fullname"),
        opened=("username", "fullname", "phone"),
        logged=("logstaffaccount",),
    ),
    # --- accounts from Excel ---
    "orgtree_staffaccount_sheet": Door(Role.MANAGER),
    "orgtree_staffaccount_sheet_template": Door(
        Role.MANAGER, words=("grassroots",), shows=("shortname", "code"), shown_of="xuongmoi"
    ),
    "orgtree_staffaccount_sheet_rows": Door(Role.MANAGER, Place.OWNER, "sheet accounts", shows=("insheet",)),
    "orgtree_staffaccount_sheet_faults": Door(Role.MANAGER, Place.OWNER, "sheet accounts", shows=("insheet",)),
    "orgtree_staffaccount_sheet_again": Door(
        Role.MANAGER, Place.OWNER, "sheet accounts", post_only=True, answers=405, refuses=405
    ),
    "orgtree_staffaccount_new_slips": Door(Role.MANAGER, post_only=True, answers=405),
    # --- getting in ---
    "orgtree_staffaccount_password": Door(**MANAGES, of="staffaccount", shows=("username",)),
    "orgtree_staffaccount_hand_over": Door(**MANAGES, of="staffaccount", shows=("username",)),
}


def addresses() -> list[str]:
    """Every address of the admin by its name, or by its pattern where it has none."""
    admin = next(each for each in get_resolver().url_patterns if getattr(each, "namespace", None) == "admin")
    return [name for name, _ in _walk(admin.url_patterns, "")]


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield pattern.name or route, route


def expected(door: Door, world: World, who: str) -> int:
    """What a GET about the row of HERE gets."""
    if who in {NOBODY, "closed"}:
        return door.outside
    if door.lets_in(world, who):
        return door.answers if door.placeless is None or world.people[who].unit else door.placeless
    return 404 if door.hides(world, who) and sees(door.of, who) else door.refuses


__all__ = ["DOORS", "MISSING", "Door", "Place", "addresses", "expected", "sees"]
