"""Telling English from Vietnamese on a page: words that no Vietnamese sentence holds."""

import html
import re

ENGLISH = """
a about above access account action actions active add added after again all already also always am and another any
anything application apply are as at available back be because been before begin below between both but button by
cancel cannot change changed changes characters check choose clear click close closed code complete confirm contain
contains content continue correct could create created current currently data database date dates day days default
delete deleted description detail details device did different disabled does done download draft each edit either empty
enabled ensure enter error errors event every exceeded exist exists expected extension failed false field fields file
files filter finish first following for forbidden form format found from full get given go greater group groups had
has have help here hide history home hour how if image in incorrect information initiative input instead into invalid
is issue item items its keep last later least length less letters limit link list loading log logged login logout
maximum message minimum minute missing month more most must name new next none not nothing now number numbers object
objects of off ok one only open optional options or order other our out over page pages parameter password path
permission permitted phone please post previous problem progress provided raw read received record records remove
removed request required reset results retry return role row rows save saved search see select selected send server
session set should show shown sign site size some something sort sorry start staff static status step steps submit submitted
success successfully such summary table text than that their them then there these they this those time title today token
too total true try type unable undo unit unknown until update upload uploaded url use used user username users valid
value values view want warning was we welcome were what when where which who why will with without wrong year yes
yesterday you your
"""
# Spelled alike in both languages, or taken over as they are.
VIETNAMESE_TOO = """
a am an as at be can do go had has in me more no on one or our out than that them then to too
"""
SUSPECT = frozenset(ENGLISH.split()) - frozenset(VIETNAMESE_TOO.split())

HIDDEN = re.compile(r"<(script|style|template)\b.*?</\1>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
CODE = re.compile(r"<(textarea|span)\b[^>]*\btranslate=\"no\"[^>]*>.*?</\1>", re.DOTALL)  # to be copied, in no language
SPOKEN = re.compile(
    r"\s(?:alt|title|placeholder|aria-label|aria-description|label|content)\s*=\s*"
    r"(?:\"([^\"]*)\"|'([^']*)')",
    re.IGNORECASE,
)
BUTTON = re.compile(r"<input\b[^>]*type=[\"']?(?:submit|button|reset)[^>]*value=\"([^\"]*)\"", re.IGNORECASE)
META = re.compile(r"<meta\b[^>]*>", re.IGNORECASE)
TAG = re.compile(r"<[^>]*>")
ADDRESS = re.compile(r"\S*(?:://|@|/[a-z])\S*|\S+\.[a-z]{2,5}\b")
OPTION = re.compile(r"(?<!\S)--[a-z-]+")  # of a command, to be typed as it stands
WORD = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")  # not the "we" in the id of a request, 4we7qz2k


def seen(page: str) -> str:
    """What a person can see or hear of a page: its text, names of pictures and fields, buttons."""
    page = CODE.sub(" ", HIDDEN.sub(" ", page))
    described = " ".join(re.findall(r"<meta\b[^>]*name=\"description\"[^>]*content=\"([^\"]*)\"", page))
    page = META.sub(" ", page)
    attributes = " ".join(first or second for first, second in SPOKEN.findall(page))
    buttons = " ".join(BUTTON.findall(page))
    return html.unescape(" ".join((TAG.sub(" ", page), attributes, buttons, described)))


def english_in(text: str) -> list[str]:
    """The English words of `text`, each once, without addresses and options of commands."""
    words = (word.lower() for word in WORD.findall(OPTION.sub(" ", ADDRESS.sub(" ", text))))
    return list(dict.fromkeys(word for word in words if word in SUSPECT))
