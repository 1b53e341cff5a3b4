"""Figures for people to read: 1.647 and 54,9%. In Excel numbers stay numbers; none of this is for there."""

NOTHING = "–"


def whole(number: int) -> str:
    """1.647"""
    return f"{number:,}".replace(",", ".")


def percent(part: int | None, of: int | None) -> str:
    """54,9%: one decimal, half up; "–" where there is no target to compare with."""
    if part is None or not of:
        return NOTHING
    return f"{ratio(part * 100, of)}%"


def ratio(part: int, of: int) -> str:
    """12,5: one decimal, half up."""
    tenths = (part * 20 + of) // (of * 2)  # whole numbers only: no float rounds a half down
    return f"{whole(tenths // 10)},{tenths % 10}"


def file_size(size: int) -> str:
    """412 KB, 1,2 MB: as phones show it, 1 KB being 1,024 bytes."""
    if size < 1024:
        return f"{whole(size)} byte"
    kilobytes = (size + 512) // 1024
    if kilobytes < 1024:
        return f"{kilobytes} KB"
    for power, name in ((2, "MB"), (3, "GB")):
        tenths = (size * 10 + 1024**power // 2) // 1024**power
        if tenths < 10240 or name == "GB":
            break
    decimals = f",{tenths % 10}" if tenths % 10 else ""
    return f"{whole(tenths // 10)}{decimals} {name}"
