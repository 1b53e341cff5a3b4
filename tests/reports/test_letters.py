"""The letter of each kind of unit, from database to file, is the golden one paragraph by paragraph."""

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from initiatives.models import Dossier, Status
from initiatives.reports.letter import BUILT_IN, NobodyIsPutForward, letter
from initiatives.reports.papers import papers_of
from initiatives.reports.same_bytes import same_bytes
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    DossierFactory,
    InitiativeFactory,
    NominationFactory,
    StaffAccountFactory,
    make_tree,
    round_of,
)
from tests.reports.words import paragraphs_of

LETTERS = Path(__file__).parents[2] / "fixtures" / "letters"
AT = datetime(2022, 4, 5, 8, 0, tzinfo=VIETNAM)


def dossier_of(sample: dict[str, Any]) -> Dossier:
    tree = make_tree()
    campaign = CampaignFactory(name=sample["campaign"])
    unit = tree[sample["unit"]]
    held = round_of(
        sample["host"],
        campaign=campaign,
        name=sample["round"],
        takes_part=[unit.level],
        dossier_items=sample["dossier_items"],
        each_unit_max=None,
    )
    by = StaffAccountFactory(unit=unit)
    for rank, facts in enumerate(sample["nominees"], start=1):
        fields = {name: value for name, value in facts.items() if name != "standing"}
        initiative = InitiativeFactory(campaign=campaign, unit=unit, status=Status.VALID, **fields)
        NominationFactory(
            round=held, unit=unit, initiative=initiative, rank=rank, nominated_by=by,
            standing=facts.get("standing", "chosen"),
        )  # fmt: skip
    return DossierFactory(round=held, unit=unit)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["huyen-len-tinh", "cdcs-len-huyen", "tinh-len-tong-lien-doan"])
def test_the_letter_is_the_golden_one(name: str) -> None:
    sample = json.loads((LETTERS / f"{name}.json").read_text())

    content = letter(papers_of(dossier_of(sample), at=AT))

    assert paragraphs_of(content) == sample["paragraphs"]


@pytest.mark.django_db
def test_without_nominees_there_is_no_letter() -> None:
    sample = json.loads((LETTERS / "huyen-len-tinh.json").read_text()) | {"nominees": []}
    papers = papers_of(dossier_of(sample), at=AT)

    with pytest.raises(NobodyIsPutForward):
        letter(papers)


# --- the paper of the template ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built_in() -> Any:
    return Document(str(BUILT_IN))


def test_the_page_is_a4_with_the_margins_of_the_decree(built_in: Any) -> None:
    section = built_in.sections[0]

    def millimetres(length: int) -> int:
        return round(length / Mm(1))

    assert (millimetres(section.page_width), millimetres(section.page_height)) == (210, 297)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [millimetres(each) for each in margins] == [20, 20, 30, 15]


def test_the_page_number_stands_in_the_top_margin_but_not_on_the_first_page(built_in: Any) -> None:
    section = built_in.sections[0]

    assert section.different_first_page_header_footer
    assert [each.text for each in section.first_page_header.paragraphs] == [""]
    number = section.header.paragraphs[0]
    assert number.alignment == 1  # centred
    assert [field.get(qn("w:instr")) for field in number._p.iter(qn("w:fldSimple"))] == ["PAGE"]


def test_everything_is_in_times_new_roman_14_unless_told_otherwise(built_in: Any) -> None:
    normal = built_in.styles["Normal"]
    fonts = normal.element.rPr.rFonts

    assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")} == {"Times New Roman"}
    assert normal.font.size == Pt(14)
    runs = [run for table in built_in.tables for cell in table._cells for each in cell.paragraphs for run in each.runs]
    assert {run.font.name for run in runs} == {None}
    assert min(run.font.size for run in runs) >= Pt(11)


def test_the_signature_never_stands_alone_on_a_page(built_in: Any) -> None:
    """Word keeps what is marked so on one page with what follows: the last sentence, then every line of the signature."""
    *_, last, signature, _ = built_in.iter_inner_content()

    assert last.text.endswith("./.")
    assert last.paragraph_format.keep_with_next
    for cell in signature._cells:
        assert all(each.paragraph_format.keep_with_next for each in cell.paragraphs)
    assert signature.rows[0]._tr.trPr.find(qn("w:cantSplit")) is not None


def test_the_template_is_the_one_its_maker_makes() -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("make_letter", LETTERS / "make.py")
    make = module_from_spec(spec)
    spec.loader.exec_module(make)
    file = io.BytesIO()
    make.letter().save(file)

    assert same_bytes(file.getvalue(), at=make.MADE_AT.replace(tzinfo=VIETNAM)) == BUILT_IN.read_bytes()
