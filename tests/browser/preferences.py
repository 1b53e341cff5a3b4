"""What people set in their phones holds here too: no movement, and colours of their own."""

from playwright.sync_api import Page

MOVES = """() => [document.documentElement, ...document.querySelectorAll('*')].flatMap(element =>
    [null, '::before', '::after'].flatMap(part => {
        const style = getComputedStyle(element, part), told = element.outerHTML.slice(0, 60) + (part || '');
        const lasts = times => times.split(',').some(time => parseFloat(time) > 0);
        return [
            style.animationName !== 'none' && told + ' is animated',
            lasts(style.transitionDuration) && told + ' glides',
            style.scrollBehavior === 'smooth' && told + ' scrolls slowly',
        ].filter(Boolean);
    }))"""
# What only a colour of ours showed is gone when the colours are theirs: an edge must be there, or a drawing.
LOST = """() => {
    const faults = [], told = element => element.outerHTML.replace(/\\s+/g, ' ').slice(0, 90);
    const seen = element => element.checkVisibility() && element.getBoundingClientRect().height > 1;
    const all = asked => [...document.querySelectorAll(asked)].filter(seen);
    const hasEdge = style => ['Top', 'Right', 'Bottom', 'Left'].some(
        side => style['border' + side + 'Style'] !== 'none' && parseFloat(style['border' + side + 'Width']) > 0);
    for (const element of all('.button, input:not([type=radio]):not([type=checkbox]), select, textarea, .choice span:not(.opt),'
            + ' .notice, .card, .badge, .summary, .board-mark, progress'))
        if (!hasEdge(getComputedStyle(element))) faults.push(told(element) + ' has no edge');
    for (const element of all('a[href], button, input, select, textarea, summary')) {
        element.focus();
        const style = getComputedStyle(element);
        if (document.activeElement === element && (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2))
            faults.push(told(element) + ' shows no ring');
    }
    return faults;
}"""


def moving(page: Page) -> list[str]:
    """Of a page whose reader wants no movement."""
    return page.evaluate(MOVES)


def lost_in_own_colours(page: Page) -> list[str]:
    """Where the reader's own colours stand instead of ours. The focus is elsewhere afterwards."""
    page.emulate_media(forced_colors="active")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    lost = page.evaluate(LOST)
    page.emulate_media(forced_colors="none")
    return lost
