"""Which visits to the short link are people who scanned: not what a browser or a messenger fetches by itself."""

import re
from collections.abc import Mapping

AHEAD_OF_TIME = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
FETCHED = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
# Who makes the card of a link that was sent in a chat, and search engines. A person who opens it in Zalo or Facebook has
# "Zalo android/…" or "FBAN" there and is none of these; Cubot is a make of phones.
MACHINES = re.compile(
    r"facebookexternalhit|facebookcatalog|meta-externalagent|\bWhatsApp/|zalo ?(?:link|preview)|SkypeUriPreview"
    r"|(?<!cu)bot(?![a-z])|crawler|spider|link ?preview",
    re.IGNORECASE,
)


def is_scan(method: str, headers: Mapping[str, str]) -> bool:
    """A visit counts unless it says that nobody is looking."""
    if method != "GET" or headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return False
    if any(FETCHED.search(headers.get(name, "")) for name in AHEAD_OF_TIME):
        return False
    return not MACHINES.search(headers.get("User-Agent", ""))
