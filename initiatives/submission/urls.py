"""The worker's addresses (`DESIGN.md` §4). What is private bears a token of 22 characters or a signed text."""

from django.urls import path, re_path

from initiatives.submission.receipts import TOKEN
from initiatives.submission.views import documents, door, receipt, recognition, record, steps

SIGNED = r"[A-Za-z0-9_.~-]{10,200}"

urlpatterns = [
    re_path(rf"^nhap/(?P<token>{TOKEN})/$", door.door, name="draft_door"),
    re_path(rf"^nhap/(?P<token>{TOKEN})/nguoi-nop/$", steps.draft_person, name="draft_nguoi_nop"),
    re_path(rf"^nhap/(?P<token>{TOKEN})/noi-dung/$", steps.draft_content, name="draft_noi_dung"),
    re_path(rf"^nhap/(?P<token>{TOKEN})/tai-lieu/$", documents.draft_documents, name="draft_tai_lieu"),
    re_path(rf"^nhap/(?P<token>{TOKEN})/kiem-tra/$", steps.draft_check, name="draft_kiem_tra"),
    re_path(rf"^nhap/(?P<token>{TOKEN})/don-cong-nhan/$", recognition.draft_recognition, name="draft_recognition"),
    re_path(rf"^bien-nhan/(?P<token>{TOKEN})/$", receipt.receipt, name="receipt"),
    re_path(rf"^bien-nhan/(?P<token>{TOKEN})\.png$", receipt.receipt_png, name="receipt_png"),
    path("tra-cuu/", record.track, name="track"),
    re_path(rf"^ho-so/(?P<signed>{SIGNED})/$", record.record_door, name="record_door"),
    re_path(rf"^ho-so/(?P<signed>{SIGNED})/nguoi-nop/$", record.record_person, name="record_nguoi_nop"),
    re_path(rf"^ho-so/(?P<signed>{SIGNED})/noi-dung/$", record.record_content, name="record_noi_dung"),
    re_path(rf"^ho-so/(?P<signed>{SIGNED})/tai-lieu/$", record.record_documents, name="record_tai_lieu"),
    re_path(rf"^ho-so/(?P<signed>{SIGNED})/kiem-tra/$", record.record_check, name="record_kiem_tra"),
    re_path(rf"^ho-so/(?P<signed>{SIGNED})/nop-tiep/$", record.record_another, name="record_another"),
    re_path(rf"^ho-so/(?P<signed>{SIGNED})/rut/$", record.record_withdraw, name="record_withdraw"),
]
