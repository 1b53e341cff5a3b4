"""`deploy/gunicorn.conf.py`, as gunicorn itself reads it."""

import json
import logging
import logging.config
import os
import sys

import pytest
from gunicorn.app.wsgiapp import WSGIApplication

from tests.codebase.house import ROOT

OPTIONS = ROOT / "deploy" / "gunicorn.conf.py"
NGINX_KEEPS = 60  # seconds: keepalive_timeout of nginx/upstream.conf


@pytest.fixture
def as_read(monkeypatch: pytest.MonkeyPatch) -> object:
    for name in [name for name in os.environ if name.startswith("WEB_")]:
        monkeypatch.delenv(name)

    def read(**given: str) -> object:
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["gunicorn", "portal.wsgi", "-c", str(OPTIONS)])
        return WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]").cfg

    return read


def test_without_an_environment_it_listens_to_this_machine_alone(as_read) -> None:  # type: ignore[no-untyped-def]
    options = as_read()

    assert options.bind == ["127.0.0.1:8001"]
    assert (options.workers, options.threads, options.worker_class_str) == (2, 8, "gthread")
    assert options.accesslog is None


def test_the_environment_says_what_differs_between_machines(as_read) -> None:  # type: ignore[no-untyped-def]
    options = as_read(
        WEB_ADDRESS="10.0.0.5", WEB_PORT="8002", WEB_CONCURRENCY="4", WEB_THREADS="6", WEB_MAX_REQUESTS="50"
    )

    assert options.bind == ["10.0.0.5:8002"]
    assert (options.workers, options.threads) == (4, 6)
    assert (options.max_requests, options.max_requests_jitter) == (50, 5)


def test_it_keeps_a_connection_longer_than_nginx_does(as_read) -> None:  # type: ignore[no-untyped-def]
    upstream = (ROOT / "deploy" / "nginx" / "upstream.conf").read_text()

    assert f"keepalive_timeout {NGINX_KEEPS}s;" in upstream
    assert as_read().keepalive > NGINX_KEEPS


def test_what_gunicorn_says_is_written_as_our_lines_are(as_read) -> None:  # type: ignore[no-untyped-def]
    told = as_read().logconfig_dict
    formatter = logging.config.DictConfigurator(told).configure_formatter(dict(told["formatters"]["line"]))
    masking = logging.config.DictConfigurator(told).configure_filter(dict(told["filters"]["masking"]))
    record = logging.LogRecord(
        "gunicorn.error", logging.WARNING, "", 0, "Invalid request %s", ("/nhap/Zk3-x_9/",), None
    )

    masking.filter(record)

    assert json.loads(formatter.format(record))["message"] == "Invalid request /nhap/…/"
    assert told["loggers"]["gunicorn.error"]["handlers"] == ["gunicorn"]
    assert told["handlers"]["gunicorn"]["filters"] == ["masking"]


@pytest.mark.parametrize("unit", ["portal.service", "portal@.service"])
def test_systemd_starts_it_with_these_options(unit: str) -> None:
    said = (ROOT / "deploy" / unit).read_text()

    started = next(line for line in said.splitlines() if line.startswith("ExecStart="))
    assert started.endswith("/srv/portal/venv/bin/gunicorn portal.wsgi -c deploy/gunicorn.conf.py")
    assert ("WEB_PORT=%i" in started) is (unit == "portal@.service")
