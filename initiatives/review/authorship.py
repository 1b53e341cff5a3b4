"""Whose initiative it is: nobody decides on one of their own."""

from initiatives.models import Initiative
from orgtree.models import StaffAccount
from portal.vietnamese import phones
from portal.vietnamese.refusals import Refused
from portal.vietnamese.text import folded

BY_PHONE = "cùng số điện thoại"
BY_IDENTITY = "cùng số CMND/CCCD"


def shared_with(initiative: Initiative, account: StaffAccount) -> str:
    """What the sender and `account` have in common that makes them one person, in words; "" when nothing has."""
    if account.national_id_hash and account.national_id_hash == initiative.national_id_hash:
        return BY_IDENTITY
    digits = _digits(account.phone)
    return BY_PHONE if digits and digits == initiative.phone_digits else ""


def is_own(initiative: Initiative, account: StaffAccount) -> bool:
    return bool(shared_with(initiative, account))


def is_known(account: StaffAccount) -> bool:
    """Whether there is anything by which an initiative of their own could be told from another's."""
    return bool(account.national_id_hash or _digits(account.phone))


def namesakes(initiative: Initiative, account: StaffAccount) -> list[str]:
    """The authors who bear the account's name: a name alone is no proof, so it warns and refuses nothing."""
    name = folded(account.full_name)
    authors = [initiative.full_name, *(each.full_name for each in initiative.co_authors.all())]
    return [author for author in authors if name and folded(author) == name]


def _digits(phone: str) -> str:
    try:
        return phones.parse(phone).digits if phone else ""
    except Refused:
        return ""
