"""The demonstration: a campaign open around today, unions that do not exist, initiatives nobody sent, a dozen or millions.

`campaign` makes or renews what the portal needs to show itself; `unions` adds grassroots unions; `bulk` writes what `rows` draws
from `words`, through the days of `rhythm`; `targets` gives aims to compare with. Everything is marked as a demonstration.
May import the areas; nothing but commands, tests and benches imports it.
"""

from initiatives.demonstration.bulk import Progress, fill
from initiatives.demonstration.campaign import ACCOUNTS, GRASSROOTS_CODE, SLUG, add_accounts, new_password, seed
from initiatives.demonstration.targets import count_and_aim

__all__ = [
    "ACCOUNTS",
    "GRASSROOTS_CODE",
    "SLUG",
    "Progress",
    "add_accounts",
    "count_and_aim",
    "fill",
    "new_password",
    "seed",
]
