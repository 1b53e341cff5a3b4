"""What runs found and what became of it: told by docs/fuzz.md beside the findings of the reports it is made of."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Mended:
    """`seen` is found in the lines of the findings that this explains; "" where none was written."""

    whose: str  # PORTAL or FUZZER: which of them was wrong
    seen: str
    what: str
    how: str
    test: str

    def explains(self, finding: str) -> bool:
        return bool(self.seen) and re.search(self.seen, finding) is not None


PORTAL, FUZZER = "portal", "fuzzer"
MENDED: tuple[Mended, ...] = (
    Mended(
        PORTAL,
        "ho-so-xu-ly.*English: get; English: post",
        "The record of processing, which managers read, called columns of sign-ins GET, POST and HTTP Accept.",
        "They have Vietnamese names.",
        "tests/personal_data/test_looks.py",
    ),
    Mended(
        PORTAL,
        "ho-so-xu-ly.*English: none",
        "The record of processing said None where the unit of its reader stands, if that is a manager without one.",
        "Nothing stands there then.",
        "tests/personal_data/test_looks.py",
    ),
    Mended(
        PORTAL,
        "/tablelayout/.*English: title",
        "Whoever may only look at a table of a host's own read the identifiers of what its columns hold.",
        "Their names stand there.",
        "tests/reports/test_table_layouts_page.py",
    ),
    Mended(
        PORTAL,
        "",
        "A page of rows beside a row (columns of a table, quotas, contacts) drew a thousand empty ones of whatever number was "
        "sent: ten seconds of a core for one request of a manager.",
        "It draws no more than can be sent, and twelve columns.",
        "tests/orgtree_admin/test_hostile.py",
    ),
    Mended(
        PORTAL,
        "logged: The field ",
        "A parameter of the admin typed by hand (_to_field) was refused and left a traceback in the log.",
        "It is refused.",
        "tests/orgtree_admin/test_hostile.py",
    ),
    Mended(
        PORTAL,
        "/hang-loat/.*logged: Unsafe redirect exceeding",
        "Filters of the list longer than an address can be, sent along with a decision on many, ended in an error after it.",
        "One returns to the list without them.",
        "tests/review/test_many.py",
    ),
    Mended(
        PORTAL,
        "form as nobody: POST /admin/login/.*status 500",
        "A name of more than 255 characters at the door of the staff was an error on PostgreSQL: there is no room for it where "
        "tries are written down.",
        "It is refused in the same words as any other.",
        "tests/orgtree_admin/test_sign_in.py",
    ),
    Mended(
        FUZZER,
        "",
        "Rows that were made were not seen on SQLite, which does not count those that are read back as they are made: a page "
        "that makes one where it should not would not have been found.",
        "They are seen. What the earlier runs sent was sent again.",
        "tests/fuzz/test_writes.py",
    ),
    Mended(
        FUZZER,
        "",
        "The admin was never asked on PostgreSQL: its test is left out there, and the process had nothing to send.",
        "A long run asks it, and a process that sends nothing has failed.",
        "tests/fuzz/test_telling.py",
    ),
    Mended(
        FUZZER,
        "",
        "Errors in the logs of django.request, django.security and axes were not heard, for these hand nothing on.",
        "They are, and doors that are wrong on purpose are found, each by what is wrong with it.",
        "tests/fuzz/test_run.py",
    ),
    Mended(
        FUZZER,
        "/readyz.*status 503",
        "The clock of a run was stopped while the database's went on, and the portal said that it is not ready.",
        "It goes on.",
        "tests/portal/test_health.py",
    ),
    Mended(
        FUZZER,
        "OPTIONS /admin/(jsi18n|login)/.*no page of ours",
        "Django's own views answer OPTIONS with nothing.",
        "That is no page to look at.",
        "tests/fuzz/test_admin_doors.py",
    ),
    Mended(
        FUZZER,
        r"nhap-tep/\d+/.*wrote \['orgtree_sheet'\] and answered 409",
        "A sheet whose rows have changed meanwhile is judged anew, kept, and shown with what is new.",
        "It may be.",
        "tests/fuzz/test_admin_doors.py",
    ),
    Mended(
        FUZZER,
        "/lop-thu-hai/.*English: [a-z]{4}$",
        "The secret of a second factor, drawn at random and shown in groups of four letters, happened to hold an English word.",
        "It stays so; the page says that it is not to be translated, and the fuzzer does not read it.",
        "tests/orgtree_admin/test_second_factor.py",
    ),
    Mended(
        FUZZER,
        r"/nhap-ho/.*wrote \['initiatives_draft'\] and answered 422",
        "Entering for others begins a draft as soon as a document comes, for it must lie somewhere while the rest is mended.",
        "It may.",
        "tests/fuzz/test_admin_doors.py",
    ),
)
