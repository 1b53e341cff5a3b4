"""The phone's secret of the second factor, sealed: whoever steals the database makes no codes from it.

django-otp keeps it as plain hexadecimal in a column of 80 characters. The raw bytes, sealed for the account, take 73.
"""

from binascii import unhexlify

from django_otp.plugins.otp_totp.models import TOTPDevice

from portal import sealing


def row_of(user_id: int) -> str:
    """What the secret is sealed for: copied to another account it opens nothing."""
    return f"second-factor:{user_id}"


def sealed(key: str, user_id: int) -> str:
    """`key` as django-otp writes it, in hexadecimal, as the column keeps it."""
    return sealing.seal_bytes(unhexlify(key), row=row_of(user_id))


class SealedTOTP(TOTPDevice):
    """As django-otp's, in the same table; the secret is opened when a code is compared. Raises `sealing.CannotOpen`."""

    class Meta:
        app_label = "orgtree"
        proxy = True
        default_permissions = ()
        verbose_name = "mã trên điện thoại"
        verbose_name_plural = "mã trên điện thoại"

    @property
    def bin_key(self) -> bytes:
        return sealing.open_bytes(self.key, row=row_of(self.user_id))
