"""What is said of a unit that a campaign's structure does not have."""

from initiatives.models import Campaign
from orgtree.lines import all_standing_in
from orgtree.models import Unit
from orgtree.units.queries import label
from portal.vietnamese import days


def outside_structure(unit: Unit, campaign: Campaign, *, advice: str) -> str:
    """Nobody sends from such a unit, nor stands below it there; "" for one that it has. `advice` leads on to what stands for it
    there. Two statements at most."""
    day = campaign.structure_day
    if unit.is_in_structure_of(day):
        return ""
    said = f"{unit} không có trong tổ chức của chương trình (theo ngày {days.shown(day)})."
    instead = [label(each) for each in all_standing_in(unit, day=day) if each != unit]
    return f"{said} {advice}: {'; '.join(instead)}." if instead else said
