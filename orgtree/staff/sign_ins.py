"""Who came in when, from where and with what: kept for half a year, for the owner of the account to look through."""

from datetime import datetime, timedelta

from orgtree.models import SignIn, StaffAccount

KEPT = timedelta(days=180)

# The first that is found: each of those above the last two calls itself Chrome or Safari as well.
BROWSERS = (
    ("Zalo", "Zalo"),
    ("FBAN", "Facebook"),
    ("FBAV", "Facebook"),
    ("coc_coc_browser", "Cốc Cốc"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "máy Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def record(account: StaffAccount, *, at: datetime, address: str, agent: str) -> SignIn:
    return SignIn.objects.create(account=account, at=at, address=address[:45], device=device_of(agent))


def device_of(agent: str) -> str:
    """In words somebody recognises: "Chrome trên Android". "" where the browser does not say."""
    browser = _first(BROWSERS, agent)
    system = _first(SYSTEMS, agent)
    return f"{browser} trên {system}" if browser and system else browser or system


def forget_old_sign_ins(*, at: datetime) -> int:
    """How many were forgotten."""
    return SignIn.objects.filter(at__lt=at - KEPT).delete()[0]


def _first(marks: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for mark, name in marks if mark in agent), "")
