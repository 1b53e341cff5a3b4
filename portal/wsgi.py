"""The door for gunicorn and waitress."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from portal import metrics
from portal.requests import asked_by_machines, read_as_utf8, takes_all_in

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

_django = get_wsgi_application()

from portal.overload import WritersFirst  # noqa: E402 - draws its page with what Django has set up

metrics.share(settings.DATA_DIR / "metrics")
application = WritersFirst(takes_all_in(read_as_utf8(asked_by_machines(_django))))

# What is loaded by now stays for good. Python looks for rings through everything only when a quarter as much has been added: set
# aside, what requests leave behind is found while it is little, and memory stays flat.
gc.collect()
gc.freeze()
