"""In which order a screen reader speaks a page, read from Chromium's own tree of it, and what is wrong with that order.

Rules: the title, then the heading; where something is to mend, the title says so and the summary is heard before the first field.
A field's name is its label; its description is hint, then remark, then objection, and all of them stand before it. A group
says its legend before what there is to choose. A counter is silent while one types. A form's one main act comes behind
everything there is to answer.
"""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

CONTROLS = {"textbox", "combobox", "checkbox", "radio", "searchbox", "spinbutton"}
LOOKS = 20
SILENT = {"InlineTextBox", "LineBreak", "option", "MenuListPopup", "none", "generic"}
# What the words on the page promise of each control, in the order of the page. A file's control has words of the browser's own.
PROMISED = """() => {
    const words = element => element ? element.textContent.replace(/\\s+/g, ' ').trim() : '';
    const inMain = asked => [...document.querySelectorAll(asked)].filter(each => each.checkVisibility());
    const told = field => field ? ['.hint', '.remark', '.error'].map(
        part => words(field.querySelector(`:scope > ${part}, :scope > [id$=_remark] > ${part}`))).filter(Boolean) : [];
    const controls = inMain('main input:not([type=hidden]):not([type=file]), main select, main textarea').map(control => {
        const field = control.closest('.field'), isGroup = !!field && field.tagName === 'FIELDSET';
        const label = control.labels && control.labels[0];
        const name = label ? words(label.querySelector(':scope > span') && label.contains(control)
            ? label.querySelector(':scope > span') : label) : control.getAttribute('aria-label') || '';
        return {name: name, told: isGroup ? [] : told(field), isOfForm: !!control.closest('#main-form'),
            isAlone: control.type === 'radio' && !control.closest('fieldset')};
    });
    const groups = inMain('main fieldset').map(
        group => ({name: words(group.querySelector('legend')), told: told(group), holds: group.querySelectorAll(
            'input:not([type=hidden]):not([type=file]), select, textarea').length}));
    const form = document.querySelector('main #main-form');
    const acts = form ? [...form.querySelectorAll('.button:not(.quiet):not(.enter)')].map(words) : [];
    return {controls: controls, groups: groups, acts: acts, isRefused: !!document.querySelector('main .summary')};
}"""


@dataclass(frozen=True)
class Spoken:
    role: str
    name: str
    description: str
    level: int  # of a heading
    is_live: bool


def spoken(page: Page) -> list[Spoken]:
    """What Chromium tells a screen reader, in the order in which it is read; first of all the page itself with its title."""
    nodes = _tree(page)
    by_id = {node["nodeId"]: node for node in nodes}
    heard: list[Spoken] = []

    def read(node: dict[str, Any], *, is_live: bool) -> None:
        properties = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
        is_live = properties.get("live", "off" if not is_live else "polite") != "off"
        role = _value(node, "role")
        if not node.get("ignored") and role not in SILENT:
            heard.append(
                Spoken(role, _value(node, "name"), _value(node, "description"), properties.get("level", 0), is_live)
            )
        for child in node.get("childIds", []):
            if child in by_id:
                read(by_id[child], is_live=is_live)

    read(nodes[0], is_live=False)
    return heard


def _tree(page: Page) -> list[dict[str, Any]]:
    """Of the whole page: one that was just asked for first has a tree without its title. A page without a title is looked at
    LOOKS times."""
    page.wait_for_load_state()
    wire = page.context.new_cdp_session(page)
    nodes: list[dict[str, Any]] = []
    for _ in range(LOOKS):
        nodes = wire.send("Accessibility.getFullAXTree")["nodes"]
        if nodes and _value(nodes[0], "name"):
            break
        page.wait_for_timeout(50)
    wire.detach()
    return nodes


def speech_faults(page: Page) -> list[str]:
    heard, promised = spoken(page), page.evaluate(PROMISED)
    return [
        *_of_the_head(heard, is_refused=promised["isRefused"]),
        *_of_controls(heard, promised["controls"]),
        *_of_groups(heard, promised["groups"]),
        *_of_counters(heard),
        *_of_the_act(heard, promised),
    ]


def _of_the_head(heard: list[Spoken], *, is_refused: bool) -> list[str]:
    faults = []
    heading = next((at for at, each in enumerate(heard) if each.role == "heading" and each.level == 1), None)
    first = next(iter(_places_of_controls(heard)), len(heard))
    if heard[0].role != "RootWebArea" or not heard[0].name:
        faults.append("no title")
    if heading is None:
        faults.append("no heading")
    elif first < heading:
        faults.append("a field before the heading")
    if is_refused and not heard[0].name.startswith("Lỗi: "):
        faults.append(f"something is to mend and the title is {heard[0].name!r}")
    if is_refused and not _place(heard, "alert") < first:
        faults.append("the summary of what is to mend comes behind a field")
    return faults


def _of_controls(heard: list[Spoken], promised: list[dict[str, Any]]) -> list[str]:
    places, begins = _places_of_controls(heard), _place(heard, "main")
    if len(places) != len(promised):
        return [f"{len(promised)} fields are shown and {len(places)} are spoken of"]
    faults, behind = [], begins
    for place, wanted in zip(places, promised, strict=True):
        said = heard[place]
        if not said.name or wanted["isAlone"]:
            faults.append(f"{said.name or 'a field'} has no {'legend' if said.name else 'label'}")
        if said.name != wanted["name"]:
            faults.append(f"the label says {wanted['name']!r}, the field is called {said.name!r}")
        if said.description != " ".join(wanted["told"]):
            faults.append(f"{said.name}: beside it stands {wanted['told']}, its description is {said.description!r}")
        faults += _not_before(heard[behind:place], wanted["told"], said.name)
        behind = place
    return faults


def _of_groups(heard: list[Spoken], promised: list[dict[str, Any]]) -> list[str]:
    groups = [(place, each) for place, each in enumerate(heard) if each.role in {"group", "radiogroup"}]
    groups = [(place, each) for place, each in groups if each.name]
    faults = []
    for wanted in promised:
        place, said = next(((place, each) for place, each in groups if each.name == wanted["name"]), (-1, None))
        if said is None:
            faults.append(f"no group is called {wanted['name']!r}")
            continue
        if said.description != " ".join(wanted["told"]):
            faults.append(f"{said.name}: beside it stands {wanted['told']}, its description is {said.description!r}")
        first = next((at for at, each in enumerate(heard) if at > place and each.role in CONTROLS), len(heard))
        faults += _not_before(heard[place + 1 : first], [wanted["name"], *wanted["told"]], said.name)
    return faults


def _not_before(heard: list[Spoken], told: list[str], name: str) -> list[str]:
    """What of `told` is not heard, in this order, before what is called `name`."""
    text = " ".join(" ".join(each.name for each in heard if each.role == "StaticText").split())
    faults, at = [], 0
    for words in told:
        found = text.find(words, at)
        if found < 0:
            faults.append(f"{name}: {words!r} is not heard before it, in its turn")
        else:
            at = found + len(words)
    return faults


def _of_counters(heard: list[Spoken]) -> list[str]:
    faults = [f"{each.name!r} is spoken while one types" for each in heard if each.is_live and _counts(each.name)]
    return faults + [f"{each.name}: the counter is part of it" for each in heard if _counts(each.description)]


def _of_the_act(heard: list[Spoken], promised: dict[str, Any]) -> list[str]:
    """A form has one main act, and what there is to answer comes before it."""
    acts = promised["acts"]
    if not acts:
        return []
    if len(acts) > 1:
        return [f"several main acts: {acts}"]
    at = next((place for place, each in enumerate(heard) if each.role == "button" and each.name == acts[0]), -1)
    fields = zip(_places_of_controls(heard), promised["controls"], strict=False)
    return [
        f"{heard[place].name} comes behind {acts[0]!r}" for place, each in fields if each["isOfForm"] and place > at
    ]


def _places_of_controls(heard: list[Spoken]) -> list[int]:
    begins = _place(heard, "main")
    return [place for place, each in enumerate(heard) if each.role in CONTROLS and place > begins]


def _counts(words: str) -> bool:
    return "ký tự" in words and "/" in words


def _place(heard: list[Spoken], role: str) -> int:
    return next((at for at, each in enumerate(heard) if each.role == role), len(heard))


def _value(node: dict[str, Any], name: str) -> str:
    return " ".join(str(node.get(name, {}).get("value", "")).split())
