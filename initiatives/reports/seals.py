"""What a paper of a sealed dossier carries at its foot: the hash in short, and a QR that leads to the page confirming it."""

from dataclasses import dataclass

from django.conf import settings

from initiatives.campaigns.posters import qr_png

SHOWN = 16  # characters of the hash: 64 bits, and short enough to be typed
DOTS_A_MODULE = 6


@dataclass(frozen=True)
class Seal:
    hash: str

    @property
    def short(self) -> str:
        """1a2b 3c4d 5e6f 7a8b"""
        return " ".join(self.hash[at : at + 4] for at in range(0, SHOWN, 4))

    @property
    def address(self) -> str:
        return f"{settings.SITE_URL}/xac-nhan/{self.hash}/"

    @property
    def sentence(self) -> str:
        return f"Mã niêm phong hồ sơ: {self.short}. Kiểm tra: quét mã QR, hoặc ghi mã này vào {settings.SITE_URL}/xac-nhan/"

    def picture(self) -> bytes:
        return qr_png(self.address, scale=DOTS_A_MODULE)
