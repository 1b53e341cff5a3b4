"""Assembles the staff's site: the admin of an initiative from each area's panels and actions, and what greets staff.

Every area's own admin registers itself when it is imported here; what needs two areas at once stands in this file.
"""

from django.contrib import admin

from initiatives import unit_jobs_admin
from initiatives.campaigns import admin as campaigns
from initiatives.campaigns.poster_jobs import AT_ONCE
from initiatives.models import Dossier, Initiative, SelectionRound
from initiatives.nominations import commendation_admin, complaint_admin, exemplar_admin
from initiatives.nominations.dossier_admin import DossierAdmin
from initiatives.nominations.overview_admin import selection_panels
from initiatives.nominations.path_admin import PathOnDesk
from initiatives.nominations.round_admin import RoundAdmin
from initiatives.personal_data import looks_admin, request_admin, retention_admin
from initiatives.personal_data.copy_admin import CopyOnDesk
from initiatives.personal_data.identity_admin import IdentityOnDesk
from initiatives.progress import cluster_admin, milestone_admin, quarter_admin, targets_admin
from initiatives.progress.benefit_admin import BenefitAdmin
from initiatives.progress.board_admin import board_panels
from initiatives.progress.milestones import SETTLED_AFTER
from initiatives.progress.quarters import PLACES_OF_THE_COUNTRY
from initiatives.progress.recount_admin import RecountAdmin
from initiatives.reports import letter_template_admin, table_layout_admin
from initiatives.reports.dossier_papers_admin import DossierPapers
from initiatives.reports.export_admin import SummaryExport
from initiatives.reports.export_jobs import AT_ONCE as EXPORTED_AT_ONCE
from initiatives.review.actions import MOST_AT_ONCE
from initiatives.review.admin import InboxAdmin
from initiatives.review.many import MOST_IN_A_JOB
from initiatives.review.panels_admin import to_tell_panels, twin_panels, waiting_panels
from initiatives.submission import admin as submission
from initiatives.submission.entering.one_admin import EnteringAdmin
from initiatives.submission.entering.sheet_admin import EnteringFromSheet
from initiatives.watching.admin import health_panels
from orgtree.admin import UnitAdmin
from orgtree.models import Unit
from orgtree.scoped_admin import MOST_COUNTED
from portal.vietnamese.formats import whole


@admin.register(Initiative)
class InitiativeAdmin(
    SummaryExport,
    IdentityOnDesk,
    CopyOnDesk,
    PathOnDesk,
    BenefitAdmin,
    RecountAdmin,
    EnteringAdmin,
    EnteringFromSheet,
    InboxAdmin,
):
    """The inbox with the summary table (M29): for the rows ticked, or for the whole list as filtered."""

    change_list_template = "review/inbox.html"
    actions = (*InboxAdmin.actions, "export_qt", "export_th")


@admin.register(Dossier)
class DossierDesk(DossierPapers, DossierAdmin):
    """The dossier with its papers."""


admin.site.register(SelectionRound, RoundAdmin)


def initiatives_kept(unit: Unit) -> str:
    """Said before a unit ends; "" where it has none."""
    number = Initiative.objects.in_branch_of(unit).order_by()[: MOST_COUNTED + 1].count()
    more = "Hơn " if number > MOST_COUNTED else ""
    return f"{more}{whole(min(number, MOST_COUNTED))} sáng kiến giữ nguyên nơi gửi." if number else ""


# orgtree knows nothing of who helps, nor of initiatives
UnitAdmin.inlines = (campaigns.UnitContacts,)
UnitAdmin.also_foretold = (initiatives_kept,)
campaigns.CampaignAdmin.also_told = (retention_admin.about,)

admin.site.panels.insert(0, health_panels)  # what is broken before what waits
admin.site.panels += [campaigns.closing_panels, waiting_panels, to_tell_panels, twin_panels, selection_panels]
admin.site.panels += [board_panels, quarter_admin.quarter_panels, retention_admin.retention_panels]
admin.site.panels += [request_admin.request_panels]
admin.site.sections += [
    ("Xét duyệt", "admin:initiatives_initiative_changelist", "initiatives.view_initiative"),
    ("Cần báo", "admin:initiatives_initiative_to_tell", "initiatives.change_initiative"),
    ("Có thể trùng", "admin:initiatives_twinpair_changelist", "initiatives.view_twinpair"),
    ("Nhập hộ", "admin:initiatives_initiative_enter", "initiatives.change_initiative"),
    ("Nhập từ Excel", "admin:initiatives_initiative_sheet", "initiatives.change_initiative"),
    ("Đợt xét chọn", "admin:initiatives_selectionround_changelist", "initiatives.view_selectionround"),
    ("Hồ sơ xét chọn", "admin:initiatives_dossier_changelist", "initiatives.view_dossier"),
    ("Biểu dương", "admin:initiatives_commendationdecision_changelist", "initiatives.view_commendationdecision"),
    ("Tiến độ", "admin:initiatives_initiative_board", "initiatives.view_initiative"),
    ("Giá trị làm lợi", "admin:initiatives_initiative_benefit", "initiatives.view_initiative"),
    ("Chỉ tiêu", "admin:initiatives_target_begin", "initiatives.view_target"),
    ("Ghi nhận quý", "admin:initiatives_quarter_changelist", "initiatives.view_quarter"),
    ("Cụm, khối thi đua", "admin:initiatives_cluster_changelist", "initiatives.view_cluster"),
    ("Gửi muộn", "admin:initiatives_draft_changelist", "initiatives.view_draft"),
    ("Chương trình", "admin:initiatives_campaign_changelist", "initiatives.view_campaign"),
    ("Cột mốc", "admin:initiatives_milestone_changelist", "initiatives.view_milestone"),
    ("Gia hạn", "admin:initiatives_windowextension_changelist", "initiatives.view_windowextension"),
    ("Liên hệ", "admin:initiatives_contact_changelist", "initiatives.view_contact"),
    ("Yêu cầu về dữ liệu", "admin:initiatives_datarequest_changelist", "initiatives.view_datarequest"),
    ("Ai đã xem dữ liệu", "admin:initiatives_personaldataview_changelist", "initiatives.view_personaldataview"),
    ("Hồ sơ xử lý dữ liệu", "admin:initiatives_personaldataview_processing", "initiatives.view_personaldataview"),
    ("Đơn vị", "admin:orgtree_unit_changelist", "orgtree.view_unit"),
    ("Tài khoản", "admin:orgtree_staffaccount_changelist", "orgtree.view_staffaccount"),
    ("Sức khỏe cổng", "admin:initiatives_upkeep_changelist", "initiatives.view_upkeep"),
]

admin.site.guide_facts |= {"most_at_once": MOST_AT_ONCE, "most_in_a_job": MOST_IN_A_JOB}
admin.site.guide_facts["posters_at_once"] = AT_ONCE
admin.site.guide_facts["exported_at_once"] = EXPORTED_AT_ONCE
admin.site.guide_facts["milestone_wait"] = int(SETTLED_AFTER.total_seconds()) // 60
admin.site.guide_facts["places_of_the_country"] = PLACES_OF_THE_COUNTRY
# Parts of templates/admin/guide.html, by the beginning of an address's name.
admin.site.guide_parts |= {
    "index": "trang-dau",
    "initiatives_initiative": "xet-duyet",
    "initiatives_initiative_attach": "gan-cdcs",
    "initiatives_initiative_many": "nhieu-sang-kien",
    "attachment_text": "xet-duyet",
    "initiatives_initiative_to_tell": "can-bao",
    "initiatives_initiative_tell": "can-bao",
    "initiatives_initiative_receipt": "quen-ma",
    "initiatives_initiative_enter": "nhap-ho",
    "initiatives_initiative_slips": "nhap-ho",
    "initiatives_initiative_correct": "tra-lai",
    "initiatives_initiative_sheet": "nhap-excel",
    "initiatives_twinpair": "trung-lap",
    "initiatives_selectionround": "dot-xet-chon",
    "initiatives_selectionround_units": "theo-doi-ho-so",
    "initiatives_selectionround_scor": "cham-diem",
    "initiatives_dossier": "ho-so-xet-chon",
    "initiatives_dossier_host": "tra-loi-ho-so",
    "initiatives_complaint": "khieu-nai",
    "initiatives_commendationdecision": "bieu-duong",
    "initiatives_exemplar": "tieu-bieu",
    "initiatives_lettertemplate": "mau-giay",
    "initiatives_tablelayout": "mau-giay",
    **dict.fromkeys((f"initiatives_dossier_{paper}" for paper in ("letter", "table", "zip")), "mau-giay"),
    "initiatives_initiative_board": "tien-do",
    "initiatives_initiative_people": "tien-do",
    "initiatives_initiative_benefit": "gia-tri-lam-loi",
    "initiatives_initiative_appraise": "tham-dinh-gia-tri",
    "initiatives_target": "chi-tieu",
    "initiatives_quarter": "ghi-nhan-quy",
    "initiatives_cluster": "cum-khoi",
    "initiatives_job": "nhieu-sang-kien",
    "initiatives_upkeep": "suc-khoe-cong",
    "initiatives_draft": "gui-muon",
    "initiatives_windowextension": "gui-muon",
    "initiatives_contact": "lien-he",
    "initiatives_campaign": "chuong-trinh",
    "initiatives_campaign_posters": "in-ap-phich",
    "initiatives_consenttext": "chuong-trinh",
    "initiatives_milestone": "cot-moc",
    "initiatives_datarequest": "du-lieu-ca-nhan",
    "initiatives_personaldataview": "du-lieu-ca-nhan",
    "initiatives_initiative_copy": "du-lieu-ca-nhan",
    "initiatives_initiative_identity": "du-lieu-ca-nhan",
    "orgtree_unit": "don-vi",
    "orgtree_unit_add": "them-don-vi",
    "orgtree_unit_sheet": "nhap-cdcs",
    **dict.fromkeys((f"orgtree_unit_{act}" for act in ("call_also", "close", "merge", "move", "rename")), "doi-don-vi"),
    "orgtree_staffaccount": "tai-khoan",
    "orgtree_staffaccount_hand_over": "ban-giao",
    "orgtree_staffaccount_new_slips": "nhieu-tai-khoan",
    "orgtree_staffaccount_sheet": "nhieu-tai-khoan",
    "orgtree_staffaccount_password": "quen-mat-khau",
    "own_": "mat-khau",
    "password_change": "mat-khau",
    "second_factor": "lop-thu-hai",
    "backup_codes": "lop-thu-hai",
}

__all__ = [
    "InitiativeAdmin",
    "cluster_admin",
    "commendation_admin",
    "complaint_admin",
    "exemplar_admin",
    "letter_template_admin",
    "looks_admin",
    "milestone_admin",
    "quarter_admin",
    "submission",
    "table_layout_admin",
    "targets_admin",
    "unit_jobs_admin",
]
