"""The cache that several processes share (`CACHE_URL`). While it does not answer, the portal works as one without a cache.

What was to be kept for good while it did not answer (the edition of kept pages) is written when it answers again: a page of
before is not taken for one of after.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from portal.circuits import Circuit

RESTS = 3.0  # seconds
MOST_OWED = 100

Answer = TypeVar("Answer")

logger = logging.getLogger("portal.cache")
# Each thread has a cache of its own in Django; whether the server answers is one thing for the process.
_circuit = Circuit(failures=1, rest=RESTS)
_owed: dict[str, Any] = {}
_owed_lock = threading.Lock()


class SharedCache(RedisCache):
    may_be_away = True

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._asked(lambda: super(SharedCache, self).get(key, default, version), default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        nothing: dict[str, Any] = {}
        return self._asked(lambda: super(SharedCache, self).get_many(keys, version), nothing)

    def has_key(self, key: str, version: int | None = None) -> bool:
        return self._asked(lambda: super(SharedCache, self).has_key(key, version), False)

    def add(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:  # as Django's cache that keeps nothing
        return self._asked(lambda: super(SharedCache, self).add(key, value, timeout, version), True)

    def set(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        for_good = self.make_and_validate_key(key, version=version) if timeout is None else ""
        lost = object()
        written = self._asked(lambda: super(SharedCache, self).set(key, value, timeout, version), lost)
        with _owed_lock:
            if written is not lost:
                _owed.pop(for_good, None)
            elif for_good and (for_good in _owed or len(_owed) < MOST_OWED):
                _owed[for_good] = value

    def set_many(
        self, data: dict[str, Any], timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> list[str]:
        return self._asked(lambda: super(SharedCache, self).set_many(data, timeout, version), list(data))

    def touch(self, key: str, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._asked(lambda: super(SharedCache, self).touch(key, timeout, version), False)

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._asked(lambda: super(SharedCache, self).delete(key, version), False)

    def delete_many(self, keys: Iterable[str], version: int | None = None) -> None:
        self._asked(lambda: super(SharedCache, self).delete_many(list(keys), version), None)

    def clear(self) -> bool:  # type: ignore[override]  # as Django's own for Redis
        return self._asked(lambda: super(SharedCache, self).clear(), False)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """ValueError where there is nothing to add to, as everywhere in Django; so also while nothing answers."""
        found = self._asked(lambda: super(SharedCache, self).incr(key, delta, version), None)
        if found is None:
            raise ValueError(f"Key {key!r} not found.")
        return found

    def _asked(self, ask: Callable[[], Answer], otherwise: Any) -> Any:
        if not _circuit.may_ask():
            return otherwise
        try:
            if _owed:
                self._pay()
            found = ask()
        except (RedisError, OSError) as failure:
            if _circuit.failed():
                logger.warning("the cache does not answer (%s); going on without", type(failure).__name__)
            return otherwise
        _circuit.worked()
        return found

    def _pay(self) -> None:
        """Before anything else is read or written. What was owed stays owed until it is there."""
        with _owed_lock:
            owed = dict(_owed)
        for key, value in owed.items():
            self._cache.set(key, value, None)
            with _owed_lock:
                if _owed.get(key) is value:
                    del _owed[key]
