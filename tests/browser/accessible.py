"""What keeps people from a page: what axe finds, what sticks out of a narrow screen, is too small for a thumb, or is cut off when
the text is large."""

from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ASK_AXE = """async tags => {
    const said = await axe.run({runOnly: tags, resultTypes: ['violations'], preload: false});
    return said.violations.flatMap(rule => rule.nodes.map(
        node => rule.id + ' at ' + node.target.flat().join(' ') + ': ' + node.html.replace(/\\s+/g, ' ').slice(0, 160)
            + ' (' + node.failureSummary.split('\\n').slice(1, 3).map(line => line.trim()).join('; ') + ')'
    ));
}"""
NARROW, PHONE, DESK = 320, 360, 1280
HEIGHTS = {NARROW: 640, PHONE: 740, DESK: 800}

# What scrolls in a box of its own is meant to, and so does a line that is typed; what is hidden for the eye is for the ear.
STICKS_OUT = """(atMost) => {
    const root = document.documentElement, faults = [];
    const told = element => element.outerHTML.replace(/\\s+/g, ' ').slice(0, 90);
    if (root.scrollWidth > root.clientWidth) faults.push('the page is ' + root.scrollWidth + ' px wide');
    const scrolls = element => {
        for (let each = element; each && each !== document.body; each = each.parentElement)
            if (/auto|scroll/.test(getComputedStyle(each).overflowX)) return true;
        return false;
    };
    for (const element of document.body.querySelectorAll('*')) {
        const place = element.getBoundingClientRect();
        if (place.width < 2 || place.height < 2 || !element.checkVisibility()) continue;
        const style = getComputedStyle(element);
        const isCut = /hidden|clip/.test(style.overflowX + style.overflowY) && style.clip === 'auto';
        if (isCut && !element.closest('svg, progress, input, select')
            && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1))
            faults.push(told(element) + ' is cut off');
        if (place.right > root.clientWidth + 1 && !element.closest('svg') && !scrolls(element)
            && !element.closest('[class*=hidden]')) faults.push(told(element) + ' ends at ' + Math.round(place.right));
    }
    return faults.slice(0, atMost);
}"""
SMALLEST = 44  # pixels under a thumb
CANNOT_BE_TAPPED = """smallest => {
    const faults = [], root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) faults.push('the page is ' + root.scrollWidth + ' px wide');
    const typed = 'input:not([type=hidden]):not([type=radio]):not([type=checkbox])';
    for (const control of document.querySelectorAll('button, select, textarea, summary, a.button, .choice, ' + typed)) {
        const place = control.getBoundingClientRect(), name = control.outerHTML.slice(0, 60);
        if (place.height && place.height < smallest) faults.push(name + ' is ' + place.height + ' px high');
        if (place.right > root.clientWidth) faults.push(name + ' sticks out');
    }
    return faults;
}"""
# Sizes are in rem, so the root's is everybody's: twice our 106.25 %.
TEXT_AT = "size => { document.documentElement.style.fontSize = size }"


def axe_faults(page: Page) -> list[str]:
    """What axe finds in the page as it stands, one line for each place."""
    page.evaluate(AXE)
    return page.evaluate(ASK_AXE, TAGS)


def width_faults(page: Page) -> list[str]:
    """What sticks out or is cut off on the narrowest phone, on an ordinary one, at a desk, and with the text twice as large."""
    faults = []
    for width in (DESK, PHONE, NARROW):
        resize(page, width)
        found = page.evaluate(STICKS_OUT, 3) + (tap_faults(page) if width != DESK else [])
        faults += [f"{width} px: {fault}" for fault in found]
    page.evaluate(TEXT_AT, "212.5%")
    faults += [f"{NARROW} px, text at 200 %: {fault}" for fault in page.evaluate(STICKS_OUT, 3)]
    page.evaluate(TEXT_AT, "")
    resize(page, PHONE)
    return faults


def tap_faults(page: Page) -> list[str]:
    """What is too small for a thumb, or beside the screen."""
    return page.evaluate(CANNOT_BE_TAPPED, SMALLEST)


def resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
