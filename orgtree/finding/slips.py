"""Which words may have been meant where a finger slipped: measured against all words that names of units are made of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise, product

from django.db.models import F

from orgtree.finding.words import cuts, forms_of, is_learnt, is_one_slip, may_be_mistyped
from orgtree.models import Unit, WordForm

AT_ONCE = 1000
MOST_CUT = 10

Words = tuple[str, ...]


def learn_words(units: Iterable[Unit]) -> None:
    """Keeps the words of the units' names. May be told again."""
    words = sorted({word for unit in units for word in unit.search_words.split() if is_learnt(word)})
    for start in range(0, len(words), AT_ONCE):
        some = words[start : start + AT_ONCE]
        known = set(WordForm.objects.filter(form__in=some, form=F("word")).values_list("word", flat=True))
        WordForm.objects.bulk_create(
            (WordForm(form=form, word=word) for word in some if word not in known for form in forms_of(word)),
            ignore_conflicts=True,
            batch_size=AT_ONCE,
        )


def meant(words: Words) -> Iterator[Words]:
    """With blanks put where they are missing, taken where they are too many, or one word mended. One statement.

    A word that no name has is the one to mend. Where there is none, a slip made one word of another: any may be it.
    """
    near = _near(words)

    def is_known(word: str) -> bool:
        return word in near.get(word, ()) or word.isdecimal() or len(word) == 1

    strange = [number for number, word in enumerate(words) if not is_known(word)]
    if strange:
        parts = [
            [cut for cut in cuts(word) if all(map(is_known, cut))] if number in strange else [(word,)]
            for number, word in enumerate(words)
        ]
        yield from (tuple(word for part in cut for word in part) for cut in islice(product(*parts), MOST_CUT))
    for number, (first, second) in enumerate(pairwise(words)):
        if first + second in near.get(first + second, ()):
            yield (*words[:number], first + second, *words[number + 2 :])
    if len(strange) > 1:
        return
    for number in strange or range(len(words)):
        word = words[number]
        others = {other for form in forms_of(word) for other in near.get(form, ())} if may_be_mistyped(word) else set()
        for other in sorted(other for other in others if is_one_slip(word, other)):
            yield (*words[:number], other, *words[number + 1 :])


def _near(words: Words) -> dict[str, set[str]]:
    """The known words of each form that anything meant may have."""
    asked = {form for word in words if may_be_mistyped(word) for form in forms_of(word)}
    asked |= {part for word in words for cut in cuts(word) for part in cut}
    asked |= {*words, *(first + second for first, second in pairwise(words))}
    near: dict[str, set[str]] = defaultdict(set)
    for form, word in WordForm.objects.filter(form__in=sorted(filter(is_learnt, asked))).values_list("form", "word"):
        near[form].add(word)
    return near
