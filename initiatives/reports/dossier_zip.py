"""One file with everything of a dossier as it was sent: the content exactly as hashed, the papers, the scans and documents named
by number and person, and the hash of each.

The documents are found by their hash, as they are stored by it: nothing that was changed or taken away since is asked for.
"""

import hashlib
import json
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from initiatives.models import Dossier, DossierPart, DossierVersion, Standing
from initiatives.models.initiative import ERASED_MARK
from initiatives.reports.letter import letter
from initiatives.reports.papers import PaperRefused, layout_of, sent_papers
from initiatives.reports.same_bytes import same_bytes
from initiatives.reports.table_pdf import table_pdf
from initiatives.reports.tables import table_xlsx
from initiatives.submission.files import scans
from initiatives.submission.files.judge import MEDIA_TYPES
from initiatives.submission.files.names import ending_of
from initiatives.submission.files.store import NotAStoredName, StoreUnavailable, name_by, open_stored
from portal.vietnamese.days import VIETNAM

CONTENT, HASHES = "NOI-DUNG.json", "DANH-SACH-MA-BAM.txt"
LETTER, TABLE, TABLE_PDF = "to-trinh.docx", "bang-tong-hop.xlsx", "bang-tong-hop.pdf"
LONGEST_PERSON = 40
CHUNK = 64 * 1024

# What a document is called behind the number and the name; by its part of the dossier, by its kind.
_OF_A_PART = {
    DossierPart.LETTER: "to-trinh-da-ky",
    DossierPart.SUMMARY_TABLE: "bang-tong-hop-da-ky",
    DossierPart.RECOGNITION_DECISIONS: "quyet-dinh",
    DossierPart.OTHER: "tai-lieu-khac",
}
_OF_A_KIND = {"recognition": "quyet-dinh", "benefit": "gia-tri-lam-loi", "acceptance": "nghiem-thu"}
_PACKED = {"json", "txt"}  # pictures, PDF and Office files are packed already


class DocumentIsGone(PaperRefused):
    """A document of the dossier is not where it was put, or reads differently."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Không mở được tài liệu “{name}” của hồ sơ nên chưa làm được tệp nén. Hãy báo quản trị máy chủ."
        )


class DocumentHoldsMalware(PaperRefused):
    """An antivirus found something in a document of the dossier after it was received."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Phần mềm diệt virus phát hiện mã độc trong tài liệu “{name}” nên chưa làm được tệp nén. "
            "Hãy báo quản trị máy chủ."
        )


@dataclass(frozen=True)
class Document:
    """`name` in the ZIP, `shown` as people know it."""

    name: str
    shown: str
    sha256: str


def write_zip(to: IO[bytes], dossier: Dossier, version: DossierVersion) -> None:
    """The same version, template and layout give the same bytes. No document is held in memory whole."""
    documents = documents_of(json.loads(version.content))
    infected = scans.with_malware([each.sha256 for each in documents])
    for document in documents:
        if document.sha256 in infected:
            raise DocumentHoldsMalware(document.shown)
    papers, layout, at = sent_papers(dossier, version), layout_of(dossier), version.sealed_at
    made = {
        CONTENT: version.content.encode(),
        LETTER: same_bytes(letter(papers), at=at),
        TABLE: same_bytes(table_xlsx(papers, layout, at=at), at=at),
        TABLE_PDF: table_pdf(papers.nominees, layout=layout, letterhead=papers.letterhead, seal=papers.seal),
    }
    hashes: list[tuple[str, str]] = []
    with zipfile.ZipFile(to, "w") as archive:
        for name, content in made.items():
            archive.writestr(_member(name, at), content)
            hashes.append((hashlib.sha256(content).hexdigest(), name))
        for document in documents:
            _copy(archive, document, at)
            hashes.append((document.sha256, document.name))
        # As `sha256sum --check` reads it.
        listed = "".join(f"{digest}  {name}\n" for digest, name in hashes)
        archive.writestr(_member(HASHES, at), listed.encode())


def zip_name(dossier: Dossier, version: DossierVersion) -> str:
    return f"ho-so-{in_ascii(dossier.unit.name).lower()}-lan-{version.number}.zip"


def documents_of(content: dict[str, Any]) -> list[Document]:
    """Those of the dossier, then each nominee's, none twice for the same person."""
    taken: Counter[str] = Counter()
    found: list[Document] = []
    for prefix, what, file in _named(content):
        stem = "-".join(part for part in (prefix, what) if part)
        taken[stem] += 1
        name = stem if taken[stem] == 1 else f"{stem}-{taken[stem]}"
        found.append(Document(f"{name}.{_ending(file['name'])}", file["name"], file["sha256"]))
    return found


def in_ascii(text: str) -> str:
    """Tran-Thi-Lan: what every system can unpack."""
    bare = "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))
    words = re.findall("[A-Za-z0-9]+", bare.replace("đ", "d").replace("Đ", "D"))
    return "-".join(words)[:LONGEST_PERSON].strip("-") or "khong-ten"


def _named(content: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each document with the number and person before its name."""
    kept = [file for file in content["files"] if not file["on_paper"] and file["name"] != ERASED_MARK]
    for file in kept:
        if file["nominee"] is None:
            yield "", _OF_A_PART.get(file["part"], "tai-lieu"), file
    numbers: Counter[str] = Counter()
    for nominee in content["nominees"]:
        numbers[nominee["standing"]] += 1
        reserve = "" if nominee["standing"] == Standing.CHOSEN else "du-bi-"
        prefix = f"{reserve}{numbers[nominee['standing']]:02}-{in_ascii(nominee['full_name'])}"
        seen: set[str] = set()
        own = [file for file in kept if file["nominee"] == nominee["receipt_code"]]
        for file in (*own, *nominee["attachments"]):
            if file["sha256"] not in seen and file["name"] != ERASED_MARK:
                seen.add(file["sha256"])
                what = _OF_A_PART.get(file["part"]) if "part" in file else _OF_A_KIND.get(file["kind"])
                yield prefix, what or "tai-lieu", file


def _ending(name: str) -> str:
    ending = ending_of(name)
    return "jpg" if ending in {"jpeg", "jfif"} else ending if ending in MEDIA_TYPES else "bin"


def _copy(archive: zipfile.ZipFile, document: Document, at: datetime) -> None:
    digest = hashlib.sha256()
    with _stored(document) as content, archive.open(_member(document.name, at), "w") as member:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            member.write(chunk)
    if digest.hexdigest() != document.sha256:
        raise DocumentIsGone(document.shown)


def _stored(document: Document) -> IO[bytes]:
    digest = document.sha256
    likely = ending_of(document.name)
    for ending in sorted(MEDIA_TYPES, key=lambda each: each != likely):
        try:
            return open_stored(name_by(digest, ending))
        except FileNotFoundError:
            continue
        except StoreUnavailable:
            raise
        except (OSError, NotAStoredName):
            break
    raise DocumentIsGone(document.shown)


def _member(name: str, at: datetime) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, at.astimezone(VIETNAM).timetuple()[:6])
    member.compress_type = zipfile.ZIP_DEFLATED if ending_of(name) in _PACKED else zipfile.ZIP_STORED
    member.external_attr = 0o644 << 16
    return member
