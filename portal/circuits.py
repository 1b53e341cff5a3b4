"""When something on another machine is not worth asking: a store, a cache or a replica that failed a moment ago.

Without this every request would wait for its own time-out, and the waiting ones would hold all threads of the process.
"""

import threading
import time


class Circuit:
    """After `failures` in a row it rests for `rest` seconds. Then one asks; the others rest on until that one was answered."""

    def __init__(self, *, failures: int, rest: float) -> None:
        self._failures, self._rest = failures, rest
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._rests_until = 0.0

    @property
    def is_resting(self) -> bool:
        return time.monotonic() < self._rests_until

    def may_ask(self) -> bool:
        """Whoever hears True asks, and says how it went."""
        if not self._in_a_row:
            return True
        with self._lock:
            if self.is_resting:
                return False
            if self._in_a_row >= self._failures:
                self._rests_until = time.monotonic() + self._rest
            return True

    def worked(self) -> None:
        if self._in_a_row:
            with self._lock:
                self._in_a_row, self._rests_until = 0, 0.0

    def failed(self) -> bool:
        """Whether it rests from now on, and did not before."""
        with self._lock:
            self._in_a_row += 1
            if self._in_a_row < self._failures:
                return False
            self._rests_until = time.monotonic() + self._rest
            return self._in_a_row == self._failures
