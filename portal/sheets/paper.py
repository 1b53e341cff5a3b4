"""A sheet as it is printed: the margins of Decree 30/2020/NĐ-CP, and the number of the page."""

MARGINS = {"left": 30, "right": 15, "top": 20, "bottom": 20}  # mm
MM_AN_INCH = 25.4


def set_margins(sheet) -> None:  # type: ignore[no-untyped-def]
    """And the number of the page above, which the first does not bear."""
    for side, width in MARGINS.items():
        setattr(sheet.page_margins, side, width / MM_AN_INCH)
    sheet.HeaderFooter.differentFirst = True
    sheet.oddHeader.center.text = "&P"
