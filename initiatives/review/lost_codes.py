"""A lost code: the receipt printed again, or its link renewed so that the old one opens nothing.

Both are recorded. A second tap, or a page that is loaded anew, records nothing and kills no link that was just printed.
"""

from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction

from initiatives import lifecycle
from initiatives.lifecycle import MoveRefused
from initiatives.models import Act, Initiative
from initiatives.review.actions import MAY_DECIDE, NotForThisAccount
from initiatives.submission import receipts
from orgtree.models import StaffAccount

KEY_HOLDS = timedelta(minutes=30)
ONE_PRINTING = timedelta(minutes=10)

_signer = signing.Signer(salt="initiatives.renewal")


class KeyIsSpent(MoveRefused):
    """The page was opened too long ago, or the link was renewed since."""

    def __init__(self) -> None:
        super().__init__(
            "Trang này đã mở quá lâu, hoặc liên kết vừa được cấp lại ở nơi khác. Hãy xem lịch sử, rồi làm lại từ đầu."
        )


def new_key(initiative: Initiative, *, by: StaffAccount, at: datetime) -> str:
    """What a page that renews carries: one link, by this officer, in place of the one that opens the receipt now."""
    facts = (initiative.pk, by.pk, int(at.timestamp()), initiative.receipt_token_hash[:16], receipts.new_token())
    return _signer.sign("/".join(map(str, facts)))


def print_again(initiative_id: int, *, by: StaffAccount, at: datetime) -> Initiative:
    """Records that the receipt was printed again. Raises MoveRefused."""
    with transaction.atomic():
        initiative = _locked(initiative_id, by)
        last = initiative.events.last()
        again = last is not None and last.act == Act.REPRINTED and last.account_id == by.pk
        if not again or last is None or at - last.at > ONE_PRINTING:
            lifecycle.note(initiative, Act.REPRINTED, by=by, at=at)
    return initiative


def renew(initiative_id: int, key: str, *, by: StaffAccount, at: datetime) -> tuple[Initiative, str]:
    """The initiative and the token of its new link, which is shown this once. Raises MoveRefused."""
    with transaction.atomic():
        initiative = _locked(initiative_id, by)
        replaced = _read(key, initiative, by=by, at=at)
        token = receipts.renewed_token(key)
        if initiative.receipt_token_hash != receipts.token_hash(token):
            if not initiative.receipt_token_hash.startswith(replaced):
                raise KeyIsSpent
            lifecycle.note(initiative, Act.RENEWED, by=by, at=at, receipt=receipts.token_hash(token))
    return initiative, token


def known_token(initiative: Initiative) -> str:
    """The token of the link that opens the receipt, where it follows from the code (an officer entered it); else ""."""
    token = receipts.token_of_entered(initiative.receipt_code)
    return token if initiative.receipt_token_hash == receipts.token_hash(token) else ""


def _locked(initiative_id: int, by: StaffAccount) -> Initiative:
    rows = Initiative.objects.visible_to(by).select_for_update(of=("self",)).select_related("unit", "campaign")
    initiative = rows.filter(pk=initiative_id).first()
    if initiative is None or not by.has_perm(MAY_DECIDE):
        raise NotForThisAccount
    return initiative


def _read(key: str, initiative: Initiative, *, by: StaffAccount, at: datetime) -> str:
    """The beginning of the hash that the key replaces; KeyIsSpent for one of another row, officer or hour."""
    try:
        pk, account, seconds, replaced, _ = _signer.unsign(key).split("/")
    except (signing.BadSignature, ValueError):
        raise KeyIsSpent from None
    made_at = datetime.fromtimestamp(int(seconds), tz=at.tzinfo)
    is_ours = (pk, account) == (str(initiative.pk), str(by.pk))
    if not is_ours or not timedelta(seconds=-2) <= at - made_at < KEY_HOLDS:
        raise KeyIsSpent
    return replaced
