"""What several threads ask for at once is made by one of them, in this process.

A page that ends is asked for by every thread within the same moment. Where each made it for itself, sixteen threads of two
processes took both cores for a second, every ten seconds, over 20,000 unions (bench/README.md).
"""

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager


class OneMaker:
    """One for each kind of thing; a key names the thing."""

    def __init__(self) -> None:
        self._done: dict[Hashable, threading.Event] = {}

    @contextmanager
    def making(self, key: Hashable) -> Iterator[bool]:
        """Whether this thread is the one that makes it; until it leaves, no other is."""
        done = threading.Event()
        is_first = self._done.setdefault(key, done) is done
        try:
            yield is_first
        finally:
            if is_first:
                del self._done[key]
                done.set()

    def is_making(self, key: Hashable) -> bool:
        return key in self._done

    def wait(self, key: Hashable, *, seconds: float) -> None:
        """For whoever makes it, so long at most. What became of it is to be looked up anew."""
        done = self._done.get(key)
        if done is not None:
            done.wait(seconds)
