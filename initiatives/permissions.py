"""What each role may do with each model; whatever is not named here is the administrator's."""

from orgtree.roles import Role, grant

VIEWED = (
    "initiative",
    "attachment",
    "reviewevent",
    "draft",
    "contact",
    "windowextension",
    "campaign",
    "choice",
    "declaration",
    "reviewreason",
    "phase",
    "tally",
    "target",
    "twinpair",
    "selectionround",
    "quota",
    "nomination",
    "dossier",
    "complaint",
    "commendationdecision",
    "commendation",
    "exemplar",
    "quarter",
    "datarequest",
)


def grant_all() -> None:
    grant(Role.VIEWER, *(f"initiatives.view_{model}" for model in VIEWED))
    grant(Role.VIEWER, "orgtree.view_unit", "initiatives.view_job")
    grant(Role.REVIEWER, "initiatives.change_initiative", "initiatives.change_twinpair")
    grant(Role.REVIEWER, "initiatives.change_nomination", "initiatives.change_dossier", "initiatives.add_complaint")
    grant(Role.REVIEWER, "initiatives.view_tablelayout")
    grant(Role.REVIEWER, "initiatives.add_datarequest", "initiatives.change_datarequest")
    grant(Role.MANAGER, "initiatives.view_personaldataview", "initiatives.erase_initiative")
    hosting = ("selectionround", "quota", "commendationdecision", "exemplar", "tablelayout")
    grant(Role.MANAGER, *(f"initiatives.{action}_{model}" for model in hosting for action in ("add", "change")))
    grant(Role.MANAGER, "initiatives.change_complaint", "initiatives.delete_quota")
    grant(Role.MANAGER, "initiatives.change_target")
    grant(Role.MANAGER, *(f"initiatives.{action}_contact" for action in ("add", "change", "delete")))
    grant(Role.MANAGER, *(f"orgtree.{action}_staffaccount" for action in ("view", "add", "change")))
    grant(Role.MANAGER, "orgtree.add_unit", "orgtree.change_unit")
