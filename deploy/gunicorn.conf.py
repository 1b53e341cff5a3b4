"""gunicorn, as portal.service, portal@.service and the load bench start it. What differs between machines comes from the
environment.

A port, not a Unix socket: over one the neighbour has no address, and TRUSTED_PROXIES could trust nobody.
"""

import os

# Where nginx is another machine: the address by which that one reaches this one, and nobody else does.
bind = f"{os.environ.get('WEB_ADDRESS') or '127.0.0.1'}:{os.environ.get('WEB_PORT') or 8001}"
# A process for each core; one of PostgreSQL works while one of these waits for it.
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "gthread"
# workers × threads is how many connections to PostgreSQL this gunicorn holds.
# At least three: with fewer no crowd could be told from a queue in front of idle threads (portal/overload.py).
threads = max(int(os.environ.get("WEB_THREADS") or 8), 3)

# Longer than nginx keeps an idle connection (60 s): then it is always nginx that closes it, and never writes a POST into a
# connection that is just being closed.
keepalive = 75
timeout = 60
# As long an address as nginx passes on; of its own gunicorn refuses 4,094 bytes, in English: a page of text that somebody pasted
# into a search for units.
limit_request_line = 8190
# As many headers as nginx passes on within its 32 KiB; above a hundred, gunicorn by itself refuses them in English too.
limit_request_fields = 8192
graceful_timeout = 30
# A process that grew is replaced before anybody notices; the jitter keeps the processes from going together.
max_requests = int(os.environ.get("WEB_MAX_REQUESTS") or 100_000)
max_requests_jitter = max_requests // 10

# The portal writes a line a request, with private links masked. What gunicorn says itself is written in the same form.
accesslog = None
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"masking": {"()": "portal.logs.MaskingFilter"}},
    "formatters": {"line": {"()": "portal.logs.LineFormatter"}},
    "handlers": {
        "gunicorn": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "filters": ["masking"],
            "formatter": "line",
        }
    },
    "root": {"level": "INFO", "handlers": []},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["gunicorn"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}
control_socket_disable = True
# Heartbeats of the processes: in memory, where a full or slow disk does not stop them.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - a folder for one open, deleted file
