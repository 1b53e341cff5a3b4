"""The password an account begins with: made by the portal, read from a slip or heard by phone, changed at once.

Eighteen digits, 59.8 bits. Letters are what Telex and VNI turn into others, what looks alike on paper and sounds alike
by phone; between digits, neither input method finds a vowel to put a mark on.
"""

import re
import secrets
import unicodedata

from django.contrib.auth.hashers import Argon2PasswordHasher, make_password

from orgtree.models import StaffAccount

DIGITS = 18
GROUP = 3
BETWEEN = re.compile(r"[\s.\-‐-―_]+")


def new_first_password() -> str:
    """Such as "481-902-753-386-419-305"."""
    drawn = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    return "-".join(drawn[start : start + GROUP] for start in range(0, DIGITS, GROUP))


def give(account: StaffAccount, *, save: bool = True) -> str:
    """Gives `account` a first password, which ends its open sessions. It is known to nobody but whoever reads the answer."""
    password = new_first_password()
    account.password = make_password(password, hasher=FirstPasswordHasher.algorithm)
    account.must_change_password = True
    if save:
        account.save(update_fields=["password", "must_change_password"])
    return password


def canonical(typed: str) -> str:
    """With or without hyphens, in whatever digits a keyboard has."""
    return BETWEEN.sub("", unicodedata.normalize("NFKC", typed))


class FirstPasswordHasher(Argon2PasswordHasher):
    """Argon2 at a thousandth of its usual cost: what is drawn from 10^18 need not be dear to guess once more.

    A wrong guess takes as long as with any other account, so that nobody can tell who has not signed in yet.
    """

    algorithm = "first_argon2"
    time_cost = 1
    memory_cost = 1024  # KiB
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return super().encode(canonical(password), salt)

    def verify(self, password: str, encoded: str) -> bool:
        is_right = super().verify(canonical(password), encoded)
        if not is_right:
            make_password(password)
        return is_right
