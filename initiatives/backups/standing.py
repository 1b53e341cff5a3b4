"""For a while the default connection of this thread leads elsewhere: to rows that were restored beside the live ones."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection


@contextmanager
def on(changed: Mapping[str, Any]) -> Iterator[None]:
    """`changed`: what is different in the settings of the database. Other threads keep theirs."""
    before = connection.settings_dict
    connection.close()
    connection.settings_dict = {**before, **changed}
    ContentType.objects.clear_cache()
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before
        ContentType.objects.clear_cache()
