"""The certificate of a commended initiative: one sheet of A4, turned sideways, in the union's red and gold.

It names the author, the unit and the title as the decision named them, and bears a QR and a short key that lead to the page
which confirms it. Names and titles are never cut: where they are long, everything becomes smaller.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from initiatives.campaigns.posters import BOLD, ITALIC, REGULAR, STAR, Lines, balanced, qr_png, register_fonts
from initiatives.models import Commendation, CommendationDecision
from initiatives.nominations.confirming import grouped
from orgtree.models import Level
from portal.vietnamese import days

WIDTH, HEIGHT = landscape(A4)
EDGE, FRAME = 11 * mm, 17 * mm  # the outer and the inner line of the frame
TEXT_WIDTH = WIDTH - 2 * 34 * mm
TOP, BOTTOM = HEIGHT - 21 * mm, 21 * mm
QR_SIDE = 26 * mm
FOOT_HEIGHT, SIGNED_FOOT_HEIGHT = 33 * mm, 39 * mm
FOOT_INSET = 26 * mm
SIGNATURE_WIDTH = 96 * mm
SMALLEST, STEP = 0.4, 0.96
LEADING = 1.18

# As in static/css/tokens.css; black where it stands for black.
RED, GOLD, DEEP, INK, SOFT = (HexColor(c) for c in ("#c8161d", "#f7b500", "#082c61", "#14202e", "#465467"))
PALE = HexColor("#fdf3d6")
YELLOW = HexColor("#ffd54a")

STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
HEADING = "GIẤY CHỨNG NHẬN"
UNDER_HEADING = "SÁNG KIẾN ĐƯỢC BIỂU DƯƠNG"
FROM_THE_PORTAL = "Bản điện tử từ Cổng sáng kiến."
ON_BEHALF = {Level.CONFEDERATION: "TM. ĐOÀN CHỦ TỊCH", Level.GRASSROOTS: "TM. BAN CHẤP HÀNH"}


class CertificateTooLong(ValueError):
    """A text no sheet can hold, however small it is set."""


@dataclass(frozen=True)
class Certificate:
    """What one sheet says. `address` is where it is confirmed, `key` what is printed of it."""

    author: str
    unit_name: str
    title: str
    form: str
    decision: str
    decided_on: date
    issuer: str
    issuer_level: str
    campaign: str
    key: str
    address: str
    domain: str

    @classmethod
    def of(
        cls, commendation: Commendation, decision: CommendationDecision, *, issuer: str, address: str, domain: str
    ) -> "Certificate":
        """`issuer` is the name that the deciding unit bore on the day. Reads unit and campaign of the decision."""
        return cls(
            author=commendation.author,
            unit_name=commendation.unit_name,
            title=commendation.title,
            form=commendation.form,
            decision=decision.number,
            decided_on=decision.decided_on,
            issuer=issuer,
            issuer_level=decision.unit.level,
            campaign=decision.campaign.name,
            key=commendation.key,
            address=address,
            domain=domain,
        )


def certificates_of(decision: CommendationDecision, named: Sequence[Commendation]) -> list[Certificate]:
    """With the name that the deciding unit bore on the day, and where each is confirmed."""
    issuer, domain = decision.unit.name_on(decision.decided_on), urlsplit(settings.SITE_URL).netloc
    return [
        Certificate.of(
            each,
            decision,
            issuer=issuer,
            address=settings.SITE_URL + reverse("confirm", args=[each.key]),
            domain=domain,
        )
        for each in named
    ]


def certificates_pdf(certificates: Sequence[Certificate], *, is_for_signing: bool) -> bytes:
    """A sheet each; the same certificates always give the same bytes. For signing it leaves room for signature and seal."""
    register_fonts()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), invariant=1, lang="vi")
    canvas.setTitle("Giấy chứng nhận sáng kiến được biểu dương")
    canvas.setAuthor(certificates[0].issuer if certificates else "")
    canvas.setCreator("Cổng sáng kiến")
    canvas.setProducer("Cổng sáng kiến")
    for certificate in certificates:
        _draw(canvas, certificate, is_for_signing=is_for_signing)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw(canvas: Canvas, certificate: Certificate, *, is_for_signing: bool) -> None:
    _frame(canvas)
    top = _head(canvas, certificate)
    foot = BOTTOM + (SIGNED_FOOT_HEIGHT if is_for_signing else FOOT_HEIGHT)
    _middle(canvas, certificate, top=top, bottom=foot)
    _confirmation(canvas, certificate)
    _signature(canvas, certificate, foot - 3 * mm, is_for_signing=is_for_signing)


def _frame(canvas: Canvas) -> None:
    canvas.setFillColor(PALE)
    canvas.rect(EDGE, EDGE, WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE, stroke=0, fill=1)
    canvas.setFillColor(HexColor("#ffffff"))
    canvas.rect(
        FRAME - 2 * mm, FRAME - 2 * mm, WIDTH - 2 * FRAME + 4 * mm, HEIGHT - 2 * FRAME + 4 * mm, stroke=0, fill=1
    )
    canvas.setStrokeColor(RED)
    canvas.setLineWidth(1.4 * mm)
    canvas.rect(EDGE, EDGE, WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE)
    canvas.setStrokeColor(GOLD)
    canvas.setLineWidth(0.9 * mm)
    inset = FRAME - 2 * mm
    canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)
    for x in (EDGE, WIDTH - EDGE):
        for y in (EDGE, HEIGHT - EDGE):
            _corner(canvas, x, y)


def _corner(canvas: Canvas, x: float, y: float) -> None:
    """A star on a red disc where the lines of the frame meet."""
    radius = 5 * mm
    canvas.setFillColor(RED)
    canvas.setStrokeColor(GOLD)
    canvas.setLineWidth(0.9 * mm)
    canvas.circle(x, y, radius, stroke=1, fill=1)
    _star(canvas, x, y, side=7 * mm)


def _star(canvas: Canvas, x: float, y: float, *, side: float) -> None:
    canvas.saveState()
    scale = side / 20
    canvas.translate(x - 17 * scale, y + 17 * scale)
    canvas.scale(scale, -scale)
    path = canvas.beginPath()
    right, down = 17.0, 7.0
    path.moveTo(right, down)
    for by_x, by_y in STAR:
        right, down = right + by_x, down + by_y
        path.lineTo(right, down)
    path.close()
    canvas.setFillColor(YELLOW)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def _head(canvas: Canvas, certificate: Certificate) -> float:
    """The national heading and the issuer; answers where the rest begins."""
    top = TOP
    for text, font, points in ((STATE, BOLD, 13.0), (MOTTO, BOLD, 14.0)):
        line = Lines((text,), font, points, INK)
        line.draw(canvas, top, left=0, width=WIDTH, centred=True)
        top -= line.height
    rule = Lines((MOTTO,), BOLD, 14.0, INK).width
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(0.7)
    canvas.line((WIDTH - rule) / 2, top - 1.2 * mm, (WIDTH + rule) / 2, top - 1.2 * mm)
    top -= 5 * mm
    issuer = _fitting(certificate.issuer.upper(), BOLD, 15, RED, lines=2)
    issuer.draw(canvas, top, left=0, width=WIDTH, centred=True)
    return top - issuer.height


@dataclass(frozen=True)
class Part:
    """A text of the middle and the air above it, in points."""

    text: str
    font: str
    points: float
    colour: Color
    air: float


def _parts(certificate: Certificate) -> list[Part]:
    decided = f"Theo Quyết định số {certificate.decision}, {days.in_document(certificate.decided_on)}"
    return [
        Part(HEADING, BOLD, 38, RED, 5),
        Part(UNDER_HEADING, BOLD, 13, DEEP, 0),
        Part(certificate.author, BOLD, 30, DEEP, 9),
        Part(certificate.unit_name, REGULAR, 15, INK, 1),
        Part("là tác giả được công nhận của sáng kiến", ITALIC, 14, SOFT, 6),
        Part(f"“{certificate.title}”", BOLD, 19, INK, 2),
        Part(f"Hình thức biểu dương: {certificate.form}", REGULAR, 15, INK, 7),
        Part(f"Chương trình “{certificate.campaign}”", REGULAR, 14, INK, 2),
        Part(decided, ITALIC, 14, INK, 2),
    ]


def _middle(canvas: Canvas, certificate: Certificate, *, top: float, bottom: float) -> None:
    """All of it in the largest size at which it fits between head and foot; what room is left goes between the parts."""
    parts, scale = _parts(certificate), 1.0
    while scale >= SMALLEST:
        lines = [
            Lines(
                tuple(balanced(each.text, each.font, each.points * scale, TEXT_WIDTH)),
                each.font,
                each.points * scale,
                each.colour,
            )
            for each in parts
        ]
        air = [each.air * scale for each in parts]
        spare = top - bottom - sum(each.height for each in lines) - sum(air)
        if spare >= 0:
            stretch = 1 + spare / sum(air) if sum(air) else 1
            for text, above in zip(lines, air, strict=True):
                top -= above * min(stretch, 2.4)
                text.draw(canvas, top, left=(WIDTH - TEXT_WIDTH) / 2, width=TEXT_WIDTH, centred=True)
                top -= text.height
            return
        scale *= STEP
    raise CertificateTooLong(certificate.key)


def _confirmation(canvas: Canvas, certificate: Certificate) -> None:
    """The QR at the left, and what to type where it cannot be read."""
    picture = ImageReader(io.BytesIO(qr_png(certificate.address, scale=8)))
    canvas.drawImage(picture, FOOT_INSET, BOTTOM + 2 * mm, width=QR_SIDE, height=QR_SIDE)
    left, width = FOOT_INSET + QR_SIDE + 3 * mm, 78 * mm
    told: list[tuple[str, str, float, Color]] = [
        ("Quét mã, hoặc mở", REGULAR, 9.5, SOFT),
        (f"{certificate.domain}/xac-nhan/", BOLD, 9.5, INK),
        ("và gõ mã xác nhận", REGULAR, 9.5, SOFT),
        (grouped(certificate.key), BOLD, 11.5, INK),
    ]
    top = BOTTOM + 2 * mm + QR_SIDE - 3.4 * mm
    for text, font, points, colour in told:
        line = _fitting(text, font, points, colour, width=width)
        line.draw(canvas, top, left=left, width=width)
        top -= line.height


def _signature(canvas: Canvas, certificate: Certificate, top: float, *, is_for_signing: bool) -> None:
    left = WIDTH - FOOT_INSET - SIGNATURE_WIDTH
    told: list[tuple[str, str, float, Color]] = []
    if is_for_signing:
        told.append((days.in_document(certificate.decided_on).capitalize(), ITALIC, 12, INK))
        told.append((ON_BEHALF.get(Level(certificate.issuer_level), "TM. BAN THƯỜNG VỤ"), BOLD, 12, INK))
        told.append(("CHỦ TỊCH", BOLD, 12, INK))
    else:
        told.append((certificate.issuer, BOLD, 11, INK))
        told.append((f"{FROM_THE_PORTAL} Quét mã để xem lời xác nhận.", ITALIC, 10.5, SOFT))
        top -= 10 * mm
    for text, font, points, colour in told:
        line = _fitting(text, font, points, colour, width=SIGNATURE_WIDTH, lines=2)
        line.draw(canvas, top, left=left, width=SIGNATURE_WIDTH, centred=True)
        top -= line.height


def _fitting(text: str, font: str, points: float, colour: Color, *, width: float = TEXT_WIDTH, lines: int = 1) -> Lines:
    """In at most `lines` lines, smaller where it must be."""
    while True:
        broken = tuple(balanced(text, font, points, width))
        if len(broken) <= lines or points < 5:
            return Lines(broken, font, points, colour)
        points *= STEP
