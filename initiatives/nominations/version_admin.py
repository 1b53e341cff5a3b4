"""A dossier as it was sent: the frozen list with its hash, and two of them side by side."""

import json
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone

from initiatives.models import Dossier, DossierPart, DossierVersion, Standing
from initiatives.nominations import comparing, sealing
from initiatives.nominations.dossier_list_admin import DossierListAdmin
from orgtree.scoped_admin import is_key

PART_LABELS = dict(DossierPart.choices)


class VersionAdmin(DossierListAdmin):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/lan/<int:number>/", view(self.version_view), name="initiatives_dossier_version"),
            path("<int:pk>/so-sanh/<int:old>/<int:new>/", view(self.compare_view), name="initiatives_dossier_compare"),
        ]
        return own + super().get_urls()

    def version_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Told from what was sealed alone: nothing that changed since is read."""
        dossier = self.seen(request, pk)
        version = self.version(dossier, number)
        content = json.loads(version.content)
        nominees = content["nominees"]
        context = {
            "title": f"Hồ sơ của {dossier.unit}, gửi lần {version.number}",
            "version": version,
            "content": content,
            "hash_now": sealing.hash_of(version.content),
            "day_when_sealed": date.fromisoformat(content["sent_on"]),
            "chosen": [each for each in nominees if each["standing"] == Standing.CHOSEN],
            "reserves": [each for each in nominees if each["standing"] == Standing.RESERVE],
            "files": self.sealed_files(dossier, content),
            "zip_address": zip_address(dossier, version),
            "others": [each for each in self.numbers(dossier) if each != version.number],
        }
        return self.page(request, dossier, "version", context, at=timezone.now())

    def compare_view(self, request: HttpRequest, pk: int, old: int, new: int) -> HttpResponse:
        dossier = self.seen(request, pk)
        before, behind = self.version(dossier, old), self.version(dossier, new)
        context = {
            "title": f"So sánh lần {before.number} với lần {behind.number}",
            "old": before,
            "new": behind,
            "comparison": comparing.compare(before, behind),
        }
        return self.page(request, dossier, "compare", context, at=timezone.now())

    def seen(self, request: HttpRequest, pk: int) -> Dossier:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.read(request, pk)

    def version(self, dossier: Dossier, number: int) -> DossierVersion:
        rows = dossier.versions.select_related("sealed_by")
        found = rows.filter(number=number).first() if is_key(str(number)) and number < 2**15 else None
        if found is None:
            raise Http404
        return found

    def sealed_files(self, dossier: Dossier, content: dict[str, Any]) -> list[dict[str, Any]]:
        """With the way to each: what was sealed is never deleted, and lies under its hash."""
        keys = {each.sha256: each.pk for each in dossier.files.exclude(stored_name="")}
        titles = {each["receipt_code"]: each["title"] for each in content["nominees"]}
        return [
            each
            | {
                "part_label": PART_LABELS.get(each["part"], each["part"]),
                "title": titles.get(each["nominee"], ""),
                "address": reverse("admin:initiatives_dossier_file", args=[keys[each["sha256"]]])
                if each["sha256"] in keys
                else "",
            }
            for each in content["files"]
        ]

    def numbers(self, dossier: Dossier) -> list[int]:
        return list(dossier.versions.order_by("number").values_list("number", flat=True))


def zip_address(dossier: Dossier, version: DossierVersion) -> str:
    """Made by the reports, which stand above this area; "" where they are not there."""
    try:
        return reverse("admin:initiatives_dossier_zip", args=[dossier.pk, version.number])
    except NoReverseMatch:
        return ""
