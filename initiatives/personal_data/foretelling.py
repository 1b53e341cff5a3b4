"""What would leave with a person, counted: no lock is taken and nothing written, so that a page may ask.

Each figure is asked for by the query that erasing uses; a test holds them against what erasing then says.
"""

from initiatives.models import Attachment, CoAuthor, DataRequest, DossierFile, Draft, Initiative
from initiatives.personal_data import forgetting, forgetting_texts
from initiatives.personal_data.forgetting import Forgotten


def of_one(row: Initiative, *, is_asked_for: bool) -> Forgotten:
    """`is_asked_for`: by the person, who by that takes back the consent to be published, and whom texts of others name."""
    rows, keys, found = [row], [row.pk], Forgotten()
    unsent: list[int] = []
    if is_asked_for:
        unsent = forgetting.drafts_of(rows)
        row.publish_consented_at = None  # in memory alone
        found["bộ lọc đã lưu"] = len(forgetting_texts.searches_for(rows, forgetting_texts.named_in(rows)))
    forgetting_texts.of_frozen(rows, into=found, dry_run=True)
    found |= Forgotten(
        {
            "tài liệu": forgetting.documents_of(keys).count() + Attachment.objects.filter(draft__in=unsent).count(),
            forgetting.UNSENT: len(unsent),
            "bản sửa chưa gửi": Draft.objects.filter(revises__in=keys).count(),
            "giấy tờ trong hồ sơ": DossierFile.objects.filter(nomination__initiative__in=keys).count(),
            "tên trong quyết định biểu dương": forgetting.commendations_naming(rows).count(),
            "bước xử lý": forgetting.steps_of(keys).count(),
            "yêu cầu về dữ liệu": forgetting.forgettable(DataRequest.objects.filter(initiative__in=keys)).count(),
            forgetting.TABLES: len(forgetting.tables_of([row.campaign_id])) + len(forgetting.sheets_of(rows)),
            "đồng tác giả": CoAuthor.objects.filter(initiative__in=keys).count(),
            "sáng kiến": 1,
        }
    )
    return found
