"""What the crispy template pack asks for: {% load portal_pack %}.

A widget's own template is most of what a form page costs (82 options took longer than all the rest of the page), so the
stock widgets are written out here in Python, and so is what stands around them; a widget that brings a template of its own is
rendered by it.
"""

import html
import math
from collections.abc import Callable, Iterable
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.utils.safestring import SafeString, mark_safe

from portal.vietnamese import formats, money, text
from portal.vietnamese.fields import MoneyField
from portal.vietnamese.refusals import Refused

register = template.Library()

_EXCESS_SHOWN = 200

Attributes = dict[str, Any]


@register.simple_tag
def whole_field(field: BoundField) -> SafeString:
    """What portal_pack/field.html shows."""
    if field.is_hidden:
        return control(field)
    ident, sentences = field.auto_id, field.errors
    wrong = " wrong" if sentences else ""
    label, is_required = _escaped(field.label), field.field.required
    marked = label
    if not is_required and not getattr(field.field, "is_unmarked", False):
        marked += ' <span class="opt">(không bắt buộc)</span>'
    is_group, is_box = field.use_fieldset, field.widget_type == "checkbox"
    parts = []
    if is_group:
        described = described_by(field)
        told = f' aria-describedby="{described}"' if described else ""
        parts.append(f'<fieldset class="field{wrong}" id="{ident}"{told}><legend>{marked}</legend>')
    else:
        of = "" if is_box else f'<label for="{field.id_for_label}">{marked}</label>'
        parts.append(f'<div class="field{wrong}">{of}')
    if field.help_text:
        parts.append(f'\n<p class="hint" id="{ident}_helptext">{_escaped(field.help_text)}</p>')
    remark = getattr(field.field, "remark", "")
    if remark:
        parts.append(
            f'\n<div id="{ident}_remark"><p class="remark"><b>Công đoàn yêu cầu:</b> {_escaped(remark)}</p></div>'
        )
    if sentences:
        said = " ".join(map(_escaped, sentences))
        parts.append(f'\n<p class="error" id="{ident}_error"><span class="hidden">Lỗi: </span>{said}</p>')
    if is_box:
        optional = "" if is_required else ' <em class="opt">(không bắt buộc)</em>'
        parts.append(f'\n<label class="choice">{control(field)}<span>{label}{optional}</span></label>')
    else:
        parts.append(f"\n{control(field)}")
    parts += [_count(field), _words(field), "\n</fieldset>" if is_group else "\n</div>"]
    return mark_safe("".join(parts))


@register.simple_tag
def written_facts(facts: Iterable[tuple[str, str]] | SafeString) -> SafeString:
    """What stands in components/facts.html; what was written before (or a hole for it) as it is."""
    if isinstance(facts, SafeString):
        return facts
    return mark_safe("".join(f"<dt>{_escaped(name)}</dt><dd>{_escaped(value or '–')}</dd>" for name, value in facts))


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The control alone, as Django would render it, but never with `maxlength` (it cuts Vietnamese in mid-letter)."""
    widget = field.field.widget
    attributes = field.build_widget_attrs({}, widget)
    if not field.use_fieldset and (ids := described_by(field)):  # a group bears them itself
        attributes["aria-describedby"] = ids
    if field.auto_id and "id" not in widget.attrs:
        attributes["id"] = field.auto_id
    shown = widget.get_context(field.html_name, field.value(), attributes)["widget"]
    write = _WRITERS.get(shown["template_name"])
    if write is None:
        return widget.render(field.html_name, field.value(), attributes, field.form.renderer)
    for dropped in ("maxlength", "minlength", "data-limit"):
        shown["attrs"].pop(dropped, None)
    return mark_safe(write(shown))


def described_by(field: BoundField) -> str:
    """The ids of what stands between a label and its control: hint, the union's remark, objection, in that order."""
    said = (field.field.widget.attrs.get("aria-describedby") or field.aria_describedby or "").split()
    if getattr(field.field, "remark", ""):
        said.insert(1 if field.help_text else 0, f"{field.auto_id}_remark")
    return " ".join(said)


@register.filter
def counter(field: BoundField) -> dict[str, Any] | None:
    """What stands below a text whose widget has `data-limit`: how long it is, and where it is too long, its excess."""
    limit = field.field.widget.attrs.get("data-limit")
    if not limit:
        return None
    written = text.canonical(str(field.value() or ""))
    excess = written[int(limit) :]
    return {
        "limit": int(limit),
        "count": len(written),
        "over": len(excess),
        "excess": excess[:_EXCESS_SHOWN] + ("…" if len(excess) > _EXCESS_SHOWN else ""),
    }


@register.filter
def money_words(field: BoundField) -> str | None:
    """The amount typed so far in words; "" where there is none to read, None where the field is not about money."""
    if not isinstance(field.field, MoneyField):
        return None
    try:
        return money.in_words(money.parse(str(field.value() or "")).dong)
    except Refused:
        return ""


@register.filter
def objections(form: BaseForm) -> list[dict[str, str]]:
    """Everything the form objects to, in its order, as components/error_summary.html takes it."""
    found = [{"id": "", "text": str(sentence)} for sentence in form.non_field_errors()]
    for field in form:
        found += [{"id": field.auto_id, "text": str(sentence)} for sentence in field.errors]
    return found


@register.filter
def dialable(number: str) -> str:
    """For tel: links. 1900 1234 is 19001234."""
    return "".join(character for character in str(number) if character in "+0123456789")


@register.filter
def waiting(seconds: float) -> str:
    """30 giây, 15 phút"""
    seconds = int(seconds)
    return f"{seconds} giây" if seconds < 60 else f"{formats.whole(math.ceil(seconds / 60))} phút"


def _count(field: BoundField) -> str:
    """The counter of a text, and what of it is too much."""
    count = counter(field)
    if not count:
        return ""
    over, numbers = count["over"], f"{formats.whole(count['count'])}/{formats.whole(count['limit'])} ký tự"
    return (
        f'\n<p class="count{" over" if over else ""}" data-counter="{field.auto_id}" data-limit="{count["limit"]}"'
        f' data-count="{count["count"]}">{numbers}{f" · thừa {formats.whole(over)}" if over else ""}</p>'
        f'\n<p class="excess"{"" if over else " hidden"}>Phần thừa ở cuối: <mark>{_escaped(count["excess"])}</mark></p>'
    )


def _words(field: BoundField) -> str:
    words = money_words(field)
    if words is None:
        return ""
    return f'\n<p class="words" data-money-words="{field.auto_id}"{"" if words else " hidden"}>{_escaped(words)}</p>'


def _input(shown: Attributes) -> str:
    value = shown["value"]
    filled = "" if value is None else f' value="{_escaped(value)}"'
    return f'<input type="{shown["type"]}" name="{_escaped(shown["name"])}"{filled}{_attributes(shown["attrs"])}>'


def _textarea(shown: Attributes) -> str:
    # The line end after the tag is eaten by the browser: one that was typed stays.
    typed = _escaped(shown["value"] or "")
    return f'<textarea name="{_escaped(shown["name"])}"{_attributes(shown["attrs"])}>\n{typed}</textarea>'


def _select(shown: Attributes) -> str:
    written = []
    for group, options, _ in shown["optgroups"]:
        inside = "".join(map(_option, options))
        written.append(f'<optgroup label="{_escaped(group)}">{inside}</optgroup>' if group else inside)
    return f'<select name="{_escaped(shown["name"])}"{_attributes(shown["attrs"])}>{"".join(written)}</select>'


def _option(option: Attributes) -> str:
    attributes = _attributes(option["attrs"]) if option["attrs"] else ""
    return f'<option value="{_escaped(option["value"])}"{attributes}>{_escaped(option["label"])}</option>'


def _choices(shown: Attributes) -> str:
    options: Iterable[Attributes] = (option for _, group, _ in shown["optgroups"] for option in group)
    return "".join(
        f'<label class="choice">{_input(option)}<span>{_escaped(option["label"])}</span></label>' for option in options
    )


def _attributes(attributes: Attributes) -> str:
    """What Django's flatatt gives, at a fifth of its cost: by name, those without a value last."""
    named = sorted(attributes.items())
    valued = [
        f' {name}="{_escaped(value)}"' for name, value in named if value is not None and not isinstance(value, bool)
    ]
    return "".join(valued + [f" {name}" for name, value in named if value is True])


def _escaped(value: Any) -> str:
    """What Django's conditional_escape gives, at a quarter of its cost: a unit picker asks for two hundred."""
    return str(value.__html__()) if hasattr(value, "__html__") else html.escape(str(value))


_STOCK = "django/forms/widgets/"
_INPUTS = ("text", "number", "email", "url", "hidden", "date", "datetime", "time", "tel", "search", "checkbox", "file")
_WRITERS: dict[str, Callable[[Attributes], str]] = {
    **{f"{_STOCK}{name}.html": _input for name in (*_INPUTS, "input")},
    f"{_STOCK}textarea.html": _textarea,
    f"{_STOCK}select.html": _select,
    f"{_STOCK}radio.html": _choices,
    f"{_STOCK}checkbox_select.html": _choices,
}
