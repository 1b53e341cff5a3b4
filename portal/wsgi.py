"""The door for gunicorn and waitress."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from portal import metrics
from portal.requests import asked_by_machines, read_as_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

_django = get_wsgi_application()

from portal.overload import WritersFirst  # noqa: E402 - draws its page with what Django has set up

metrics.share(settings.DATA_DIR / "metrics")
application = WritersFirst(read_as_utf8(asked_by_machines(_django)))
