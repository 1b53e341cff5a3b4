"""What staff write of a model that is held up."""

from typing import Any

from django import forms

from initiatives.models import Exemplar
from portal.vietnamese.fields import LineField, TextField

LONGEST_TITLE, LONGEST_NAME, LONGEST_STORY = 250, 160, 3_000
KINDS = [(kind.value, kind.label) for kind in (Exemplar.Kind.COLLECTIVE, Exemplar.Kind.PERSON)]
NO_PICTURE = "Tệp ảnh không có nội dung. Hãy chọn lại ảnh."
PICTURE = "Ảnh JPG, PNG, WebP hoặc HEIC, không quá 10 MB. Cổng bỏ vị trí và thông tin máy ảnh."


class NewExemplarForm(forms.ModelForm):
    """A collective or a person. Those of initiatives begin at the decision that commended them."""

    class Meta:
        model = Exemplar
        fields = ("campaign", "unit", "kind", "title", "name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label="Loại", choices=KINDS, error_messages={"invalid_choice": "Hãy chọn tập thể hoặc cá nhân."}
        )
        self.fields["name"].required = True
        self.fields["title"].help_text = "Một câu ngắn nói vì sao là điển hình."


class ExemplarForm(forms.Form):
    """Everything but where it belongs. Which questions there are depends on the kind."""

    title = LineField(label="Tiêu đề", limit=LONGEST_TITLE)
    name = LineField(label="Tên tập thể, cá nhân", limit=LONGEST_NAME)
    story = TextField(
        label="Giới thiệu",
        limit=LONGEST_STORY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Cách một dòng trống để sang đoạn mới.",
    )
    has_consent = forms.BooleanField(label="Người được giới thiệu đã đồng ý công bố (có bản giấy)", required=False)
    picture = forms.FileField(
        label="Ảnh",
        required=False,
        help_text=PICTURE,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        error_messages={"empty": NO_PICTURE, "invalid": NO_PICTURE, "missing": NO_PICTURE},
    )
    picture_is_allowed = forms.BooleanField(label="Được dùng hình ảnh này trên trang công khai", required=False)
    drop_picture = forms.BooleanField(label="Bỏ ảnh đang có", required=False)

    def __init__(self, *args: Any, exemplar: Exemplar, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(exemplar, name) for name in WRITTEN}
        super().__init__(*args, **kwargs)
        if exemplar.kind != Exemplar.Kind.PERSON:
            del self.fields["has_consent"]
        if exemplar.kind == Exemplar.Kind.INITIATIVE:
            del self.fields["name"]
        if not exemplar.picture:
            del self.fields["drop_picture"]
        self.exemplar = exemplar

    def clean(self) -> dict[str, Any]:
        """A connection that was cut brings half a file, and not the field that ends the form."""
        if self.files.get("picture") and "eof" not in self.data:
            self.add_error("picture", "Ảnh chưa được gửi trọn vẹn. Hãy gửi lại.")
        return self.cleaned_data

    def written(self) -> dict[str, Any]:
        """As `exemplars.write` takes it; what is not asked stays."""
        return {name: self.cleaned_data.get(name, getattr(self.exemplar, name)) for name in WRITTEN}


WRITTEN = ("title", "name", "story", "has_consent", "picture_is_allowed")
