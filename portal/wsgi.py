"""The door for gunicorn and waitress."""

import os

from django.core.wsgi import get_wsgi_application

from portal.requests import read_as_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

_django = get_wsgi_application()

from portal.overload import WritersFirst  # noqa: E402 - draws its page with what Django has set up

application = WritersFirst(read_as_utf8(_django))
