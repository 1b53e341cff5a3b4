"""Which columns of the database say something of a person, and of whom: one table for the record of processing, for copies of
one person's data and for erasing.

Every column of every model stands here once, as personal (with its sort) or as `other`; a test compares with the models, so a
new column cannot be forgotten. Keys and relations are not named: they say what the row they lead to says. What the portal
itself gave (receipt codes, hashes of links, status, days, amounts) is `other`: without the rest it leads to nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from django.apps import apps
from django.db import models


class Whose(StrEnum):
    SENDER = "Người nộp sáng kiến"
    CO_AUTHOR = "Đồng tác giả, người được nêu tên"
    STAFF = "Cán bộ công đoàn dùng cổng"
    VISITOR = "Người mở trang, đăng nhập"


class Sort(StrEnum):
    """What kind of fact it is. Of `TRACE` nothing can be read, but it was made from the person's data."""

    NAME = "Họ và tên"
    CONTACT = "Điện thoại, thư điện tử, cách liên hệ"
    IDENTITY = "Số CMND/CCCD (mã hóa)"
    WORK = "Năm sinh, chức vụ, nơi làm việc, khen thưởng"
    TEXT = "Chữ người ta tự viết, có thể nêu tên người"
    DOCUMENT = "Tài liệu, hình ảnh đã gửi"
    TRACE = "Dấu vết để tìm, đối chiếu (không đọc được)"
    NETWORK = "Địa chỉ mạng, thiết bị, thời điểm truy cập"
    SIGN_IN = "Mật khẩu, khóa đăng nhập (chỉ lưu dạng băm hoặc khóa)"


@dataclass(frozen=True)
class Held:
    """One model. `personal` by column; `other` the columns that say nothing of anybody by themselves."""

    model: str
    whose: Whose | None
    personal: dict[str, Sort] = field(default_factory=dict)
    other: str = ""

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)

    @property
    def named(self) -> list[str]:
        return [*self.personal, *self.other.split()]

    def of_sort(self, *sorts: Sort) -> list[str]:
        return [name for name, sort in self.personal.items() if sort in sorts]


def _of(whose: Whose | None, model: str, other: str = "", **personal: Sort) -> Held:
    return Held(model, whose, personal, other)


NAME, CONTACT, IDENTITY, WORK = Sort.NAME, Sort.CONTACT, Sort.IDENTITY, Sort.WORK
TEXT, DOCUMENT, TRACE, NETWORK, SIGN_IN = Sort.TEXT, Sort.DOCUMENT, Sort.TRACE, Sort.NETWORK, Sort.SIGN_IN

OF_SENDERS = (
    _of(
        Whose.SENDER,
        "initiatives.Initiative",
        "status receipt_code receipt_token_hash arrived_at submitted_at version consent_on_paper told_at screened_at bloc"
        " target_group consented_at publish_consented_at field solution_kind applied_on recognised_on"
        " benefit_value benefit_is_not_money is_appraised appraised_value has_social_meaning share recognised_author"
        " declarations erased_at",
        full_name=NAME,
        recognised_by=TEXT,
        birth_year=WORK,
        position=WORK,
        phone=CONTACT,
        phone_digits=CONTACT,
        phone_hash=TRACE,
        email=CONTACT,
        sealed_national_id=IDENTITY,
        national_id_hash=TRACE,
        unit_name=WORK,
        workplace=WORK,
        title=TEXT,
        recognition_number=WORK,
        description=TEXT,
        effect=TEXT,
        scope=TEXT,
        awards=WORK,
        link=DOCUMENT,
        search_text=TRACE,
        name_key=TRACE,
    ),
    _of(
        Whose.SENDER,
        "initiatives.Draft",
        "token_hash begun_at saved_at late_at consented_at",
        answers=TEXT,
        sealed_national_id=IDENTITY,
    ),
    _of(
        Whose.SENDER,
        "initiatives.Attachment",
        "kind media_type size added_at scanned_at malware scan_again_at",
        name=DOCUMENT,
        stored_name=DOCUMENT,
        sha256=TRACE,
        thumbnail=DOCUMENT,
        first_look=TEXT,
    ),
    _of(Whose.SENDER, "initiatives.Fingerprint", signature=TRACE, text_hash=TRACE, title_hash=TRACE),
    _of(Whose.SENDER, "initiatives.Band", value=TRACE),
    _of(
        Whose.SENDER,
        "initiatives.ReviewEvent",
        "number at act role from_status to_status due_on salt text_digest content_digest previous_hash hash",
        reasons=TEXT,
        note=TEXT,
    ),
    _of(
        Whose.SENDER,
        "initiatives.DataRequest",
        "number kind asked_at answer_by act_by answered_at done_at outcome erased_at",
        full_name=NAME,
        phone=CONTACT,
        phone_digits=CONTACT,
        email=CONTACT,
        receipt_code=TRACE,
        text=TEXT,
    ),
    _of(Whose.SENDER, "initiatives.DataRequestStep", "at act", words=TEXT),
    _of(Whose.SENDER, "initiatives.Nomination", "standing rank nominated_at withdrawn_at", withdrawn_because=TEXT),
    # One that was given to one draft may say why that person needed it.
    _of(Whose.SENDER, "initiatives.WindowExtension", "closes_at document granted_at", reason=TEXT),
    _of(Whose.SENDER, "initiatives.Outstanding", "named_at", reason=TEXT),
)
OF_THOSE_NAMED = (
    _of(Whose.CO_AUTHOR, "initiatives.CoAuthor", "number share", full_name=NAME),
    _of(
        Whose.CO_AUTHOR,
        "initiatives.Commendation",
        "number form key",
        author=NAME,
        unit_name=WORK,
        title=TEXT,
    ),
    _of(
        Whose.CO_AUTHOR,
        "initiatives.Complaint",
        "kind raised_on recorded_at resolved_at",
        raised_by=NAME,
        text=TEXT,
        resolution=TEXT,
    ),
    _of(
        Whose.CO_AUTHOR,
        "initiatives.Exemplar",
        "kind has_consent picture_is_allowed shown_at",
        title=TEXT,
        name=NAME,
        story=TEXT,
        picture=DOCUMENT,
    ),
    _of(Whose.CO_AUTHOR, "initiatives.DossierEvent", "at act role version", words=TEXT),
    _of(
        Whose.CO_AUTHOR,
        "initiatives.DossierFile",
        "part media_type size added_at removed_at scanned_at malware scan_again_at",
        name=DOCUMENT,
        stored_name=DOCUMENT,
        sha256=TRACE,
    ),
    _of(
        Whose.CO_AUTHOR,
        "initiatives.DossierVersion",
        "number hash sealed_at sent_on is_late erased_hash",
        content=TEXT,
    ),
    _of(
        Whose.CO_AUTHOR,
        "initiatives.Quarter",
        "starts_on document announced_at sha256 erased_sha256",
        basis=TEXT,
    ),
    # A part of a file an officer asked for: kept a day.
    _of(Whose.CO_AUTHOR, "initiatives.JobPiece", "number", name=DOCUMENT, content=DOCUMENT),
    _of(Whose.CO_AUTHOR, "orgtree.Sheet", "use sent_at used_at", name=DOCUMENT, content=DOCUMENT),
)
OF_STAFF = (
    _of(
        Whose.STAFF,
        "orgtree.StaffAccount",
        "role is_active must_change_password second_factor_since is_demonstration created_at",
        password=SIGN_IN,
        last_login=NETWORK,
        username=NAME,
        full_name=NAME,
        phone=CONTACT,
        national_id_hash=TRACE,
    ),
    _of(Whose.STAFF, "orgtree.SignIn", at=NETWORK, address=NETWORK, device=NETWORK),
    _of(
        Whose.STAFF,
        "initiatives.Contact",
        "hours",
        name=NAME,
        position=WORK,
        phone=CONTACT,
        email=CONTACT,
        zalo=CONTACT,
        facebook=CONTACT,
    ),
    # What is looked for may be somebody's name.
    _of(Whose.STAFF, "initiatives.SavedFilter", "saved_at", name=TEXT, query=TEXT),
    _of(
        Whose.STAFF,
        "initiatives.Job",
        "kind state total position done tries stop_asked created_at began_at heartbeat_at ended_at",
        asked=TEXT,
        result=TEXT,
    ),
    _of(Whose.STAFF, "initiatives.PersonalDataView", "what rows at", why=TEXT),
    _of(Whose.STAFF, "initiatives.Score", "points at"),
    _of(Whose.STAFF, "admin.LogEntry", "action_time object_id action_flag", object_repr=TEXT, change_message=TEXT),
    _of(
        Whose.STAFF,
        "otp_static.StaticDevice",
        "confirmed throttling_failure_timestamp throttling_failure_count created_at",
        name=TEXT,
        last_used_at=NETWORK,
    ),
    _of(Whose.STAFF, "otp_static.StaticToken", token=SIGN_IN),
    _of(
        Whose.STAFF,
        "otp_totp.TOTPDevice",
        "confirmed throttling_failure_timestamp throttling_failure_count created_at step t0 digits tolerance drift last_t",
        name=TEXT,
        last_used_at=NETWORK,
        key=SIGN_IN,
    ),
)
OF_VISITORS = (
    _of(Whose.VISITOR, "initiatives.FailedLookUp", "at", key=TRACE),
    _of(Whose.VISITOR, "sessions.Session", "expire_date", session_data=SIGN_IN),
    _of(
        Whose.VISITOR,
        "axes.AccessAttempt",
        "failures_since_start",
        user_agent=NETWORK,
        ip_address=NETWORK,
        username=NAME,
        http_accept=NETWORK,
        path_info=NETWORK,
        attempt_time=NETWORK,
        get_data=NETWORK,
        post_data=NETWORK,
    ),
    _of(Whose.VISITOR, "axes.AccessAttemptExpiration", "expires_at"),
    _of(
        Whose.VISITOR,
        "axes.AccessFailureLog",
        "locked_out",
        user_agent=NETWORK,
        ip_address=NETWORK,
        username=NAME,
        http_accept=NETWORK,
        path_info=NETWORK,
        attempt_time=NETWORK,
    ),
    _of(
        Whose.VISITOR,
        "axes.AccessLog",
        user_agent=NETWORK,
        ip_address=NETWORK,
        username=NAME,
        http_accept=NETWORK,
        path_info=NETWORK,
        attempt_time=NETWORK,
        logout_time=NETWORK,
        session_hash=TRACE,
    ),
)
OF_NOBODY = (
    _of(None, "auth.Group", "name"),
    _of(None, "auth.Permission", "name codename"),
    _of(None, "contenttypes.ContentType", "app_label model"),
    _of(None, "initiatives.Appraisal", "finding value has_social_meaning declared"),
    _of(
        None,
        "initiatives.Campaign",
        "slug alias name goal counts description_limit category_scheme asks_national_id asks_field"
        " asks_solution_kind asks_recognition asks_attachments applied_from applied_until"
        " applied_may_be_future recognised_from structure_day grace_minutes peak_note guidance"
        " personal_data_until is_published is_demonstration poster_key",
    ),
    _of(None, "initiatives.CampaignAddress", "segment"),
    _of(None, "initiatives.Choice", "list code label position may_be_commended"),
    _of(None, "initiatives.Cluster", "name order places"),
    _of(None, "initiatives.ClusterUnit", ""),
    _of(None, "initiatives.CommendationDecision", "number decided_on form announced_at recorded_at"),
    _of(None, "initiatives.ConsentText", "version body digest in_force_from"),
    _of(None, "initiatives.Criterion", "name most position"),
    _of(None, "initiatives.Declaration", "code text position"),
    _of(
        None,
        "initiatives.Dossier",
        "state version edition came_by arrived_on extended_until extended_because extended_at",
    ),
    _of(None, "initiatives.FieldMedian", "field median of counted_at"),
    _of(None, "initiatives.FrequentSender", "number"),
    _of(None, "initiatives.GrassrootsCount", "number set_at"),
    _of(None, "initiatives.HistorySeal", "number sealed_at upto counts digests previous_hash hash"),
    _of(None, "initiatives.LetterTemplate", "level name stored_name size sha256 uploaded_at is_in_force"),
    _of(None, "initiatives.Milestone", "number plan_ends_on reached_at announced_at"),
    _of(None, "initiatives.Phase", "name opens_at closes_at eligible_from eligible_until"),
    _of(None, "initiatives.PosterCount", "day scans starts"),
    _of(None, "initiatives.Quota", "minimum maximum limit taken"),
    _of(None, "initiatives.ReviewReason", "use code field text position"),
    _of(
        None,
        "initiatives.SelectionRound",
        "name opens_at dossier_due takes_part each_unit_min each_unit_max dossier_items commended_fields climbs layout",
    ),
    _of(None, "initiatives.TableColumn", "heading facts width is_centred position"),
    _of(None, "initiatives.TableLayout", "name title under_title"),
    _of(
        None,
        "initiatives.Tally",
        "by value entries valid declared declared_valid unmeasured doubtful appraised appraised_valid"
        " appraisals meaningful taking_part",
    ),
    _of(None, "initiatives.TallyRun", "counted_at senders_found_at"),
    _of(None, "initiatives.Target", "period starts_on quantity due_on document set_at"),
    _of(None, "initiatives.TwinPair", "kind likeness sentences_alike sentences state found_at decided_at"),
    _of(None, "initiatives.Upkeep", "kind began_at ended_at is_good figures"),
    _of(None, "initiatives.Worker", "seen_at"),
    _of(
        None,
        "orgtree.Unit",
        "code level kind name short_name admin_code source opened_on opening_document closed_on"
        " closing_document succeeds_since current_path search_text search_words poster_key path depth numchild",
    ),
    _of(None, "orgtree.UnitAlias", "alias note"),
    _of(None, "orgtree.UnitChange", "act day document detail at"),
    _of(None, "orgtree.UnitName", "name short_name used_until document"),
    _of(None, "orgtree.WordForm", "form word"),
)
EVERYTHING = (*OF_SENDERS, *OF_THOSE_NAMED, *OF_STAFF, *OF_VISITORS, *OF_NOBODY)


def of(model: type[models.Model]) -> Held:
    """Raises KeyError for a model the table does not know."""
    return _BY_MODEL[model._meta.label]


def by_label(label: str) -> type[models.Model]:
    return _BY_MODEL[label].model_class


def columns_of(model: type[models.Model]) -> Iterator[str]:
    """The columns that have to be told apart: neither keys nor relations."""
    for column in model._meta.concrete_fields:
        if not column.primary_key and not column.is_relation:
            yield column.name


_BY_MODEL = {held.model: held for held in EVERYTHING}
