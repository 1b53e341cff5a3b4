"""A status as a badge."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from initiatives.models import Initiative, Status
from initiatives.review import reading


def badge(initiative: Initiative) -> SafeString:
    context = {"text": initiative.get_status_display(), "tone": reading.TONES[Status(initiative.status)]}
    return SafeString(render_to_string("components/badge.html", context).strip())
