"""Texts that were frozen (sent dossiers, announced quarters), and whether one still is what it was frozen as.

Its SHA-256 is printed and sealed. Where somebody was erased in it since, that holds of it no more, and what is left has a keyed
hash bound to its row: else one erasure would let whoever can write in the database alone write all the rest of it anew.
"""

import hashlib

from django.db.models import Model

from portal import sealing


def hash_of_what_is_left(model: type[Model], pk: int, text: str, *, once: str) -> str:
    """Of `text` as an erasure left it; `once` is the hash it was frozen with. Keyed (LOOKUP_KEY), which no new key replaces."""
    return sealing.keyed_hash("left of what was frozen", f"{model._meta.model_name} {pk} {once}\n{text}")


def is_as_it_was(model: type[Model], pk: int, text: str, *, once: str, left: str) -> bool:
    """`left` is what `hash_of_what_is_left` made, "" where nobody was erased in it."""
    if left:
        return left == hash_of_what_is_left(model, pk, text, once=once)
    return once == hashlib.sha256(text.encode()).hexdigest()
