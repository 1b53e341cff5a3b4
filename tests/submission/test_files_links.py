import pytest
from hypothesis import given
from hypothesis import strategies as some

from initiatives.submission.files.links import HOSTS, LinkRefused, parse_drive_link

SHARED = "https://drive.google.com/file/d/1AbC_d-E/view?usp=sharing"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        (SHARED, SHARED),
        (f"  {SHARED}\r\n", SHARED),
        (f"\u200b{SHARED}", SHARED),
        (
            "https://drive.google.com/drive/folders/1AbC?usp=drive_link",
            "https://drive.google.com/drive/folders/1AbC?usp=drive_link",
        ),
        (
            "https://docs.google.com/document/d/1AbC/edit#heading=h.1",
            "https://docs.google.com/document/d/1AbC/edit#heading=h.1",
        ),
        ("HTTPS://Drive.Google.COM/open?id=1AbC", "https://drive.google.com/open?id=1AbC"),
    ],
)
def test_a_link_to_google_drive_is_accepted(text: str, link: str) -> None:
    assert parse_drive_link(text) == link


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "drive.google.com/file/d/1AbC",
        "http://drive.google.com/file/d/1AbC",
        "javascript://drive.google.com/%0aalert(1)",
        "https:drive.google.com/file",
        "https:///drive.google.com/file",
        "//drive.google.com/file/d/1AbC",
        "https://drive.google.com",
        "https://drive.google.com/",
        "https://drive.google.com?id=1",
        "https://drive.google.com.evil.com/file/d/1",
        "https://evil.com/drive.google.com/file",
        "https://evil.com#drive.google.com/file",
        "https://evildrive.google.com/file/d/1",
        "https://sub.drive.google.com/file/d/1",
        "https://drive.google.com./file/d/1",
        "https://drive.google.com@evil.com/file",
        "https://evil.com@drive.google.com/file",
        "https://drive.google.com:443/file/d/1",
        "https://drive.google.com:/file/d/1",
        "https://evil.com\\@drive.google.com/file",
        "https://drive.google.com\\.evil.com/file",
        "https://drive.google.com/file\\..",
        "https://drive.google.com/fi\u0000le",
        "https://drive.google.com/file d",
        "https://drive.google.com/a\r\nSet-Cookie:b",
        "https://drive.google.com%2f@evil.com/x",
        "https://drive.g\u043e\u043egle.com/file/d/1",
        "https://drive.google\u3002com/file/d/1",
        "https://ｄrive.google.com/file/d/1",
        "https://xn--drive-google.com/file/d/1",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/file/d/1",
        "https://[drive.google.com/file",
        "https://docs.google.com/document/d/" + "a" * 500,
        "xem ở đây: https://drive.google.com/file/d/1",
    ],
)
def test_anything_else_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(LinkRefused) as refused:
        parse_drive_link(text)

    assert refused.value.sentence.endswith("rồi dán vào đây.")


@given(
    some.text(max_size=80), some.sampled_from(["", "https://", "https://drive.google.com", "https://docs.google.com/"])
)
def test_whatever_is_typed_leads_to_google_drive_or_is_refused(text: str, head: str) -> None:
    try:
        link = parse_drive_link(head + text)
    except LinkRefused:
        return

    assert link.startswith(tuple(f"https://{host}/" for host in HOSTS))
    assert link.isascii()
    assert link.isprintable()
    assert parse_drive_link(link) == link
