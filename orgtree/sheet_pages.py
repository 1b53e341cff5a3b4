"""What the pages that take a sheet of Excel share: the field for it, and handing one out."""

from typing import Any

from django import forms
from django.http import HttpResponse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHOOSE = "Hãy chọn tệp Excel đã điền."


class SheetForm(forms.Form):
    """Its page ends with a field `eof`: a connection that was cut brings half a file, and not that field."""

    file = forms.FileField(
        label="Tệp Excel đã điền",
        help_text="Tệp .xlsx, không quá 5 MB.",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": CHOOSE, "invalid": CHOOSE},
    )

    def clean(self) -> dict[str, Any]:
        if "file" in self.cleaned_data and "eof" not in self.data:
            self.add_error("file", "Tệp chưa được gửi trọn vẹn. Hãy gửi lại.")
        return self.cleaned_data


def download(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)
