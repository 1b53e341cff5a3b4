"""What a step's digest covers: every column is decided upon, memory and database write the same."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from initiatives.history import content
from initiatives.models import Attachment, CoAuthor, Initiative, ReviewEvent
from portal.vietnamese.days import VIETNAM
from tests.factories import AttachmentFactory, CoAuthorFactory, InitiativeFactory
from tests.history.hands import found, lived
from tests.submission import samples
from tests.submission.worker import YEAR_2022, Worker


@pytest.mark.parametrize("model", [Initiative, CoAuthor, Attachment])
def test_every_column_is_covered_or_left_out_for_a_reason(model: type[models.Model]) -> None:
    columns = {field.attname for field in model._meta.concrete_fields}
    covered, left_out = content.COVERED[model], content.NOT_COVERED[model]

    assert set(covered) | set(left_out) == columns
    assert not set(covered) & set(left_out)
    assert len(covered) == len(set(covered))
    assert all(left_out.values())


def test_a_column_that_comes_later_and_is_empty_changes_no_digest() -> None:
    values: list[Any] = [None] * len(content.COVERED[Initiative])
    values[0] = 7

    said = content.written(values, [], [])

    assert said == '{"campaign_id": 7, }'


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (datetime(2022, 3, 1, 9, tzinfo=VIETNAM), "2022-03-01 02:00:00"),
        (datetime(2022, 3, 1, 2, 0, 0, 500, tzinfo=UTC), "2022-03-01 02:00:00.000500"),
        ("2022-03-01 02:00:00", "2022-03-01 02:00:00"),
        (datetime(2022, 3, 1, 2), "2022-03-01 02:00:00"),
    ],
)
def test_a_moment_is_written_in_one_way(one: datetime | str, same: str) -> None:
    assert content.moment(one) == same


@pytest.mark.django_db
def test_what_is_in_memory_reads_as_what_was_kept() -> None:
    one = InitiativeFactory(share=70, birth_year=None, declarations=[], recognised_on=None)
    shares = [CoAuthorFactory(initiative=one, number=1, share=20), CoAuthorFactory(initiative=one, number=2, share=10)]
    paper = AttachmentFactory(initiative=one)
    papers = [[getattr(paper, name) for name in content.COVERED[Attachment]]]

    kept = Initiative.objects.get(pk=one.pk)

    assert content.of_new(one, shares, papers) == content.of(kept) == content.of_many([kept])[one.pk]
    assert one.title in content.of(kept)


@pytest.mark.django_db
def test_without_its_salt_a_digest_is_another_one() -> None:
    said = content.of(InitiativeFactory())

    assert len({content.digest(salt, said) for salt in ("", "a", "b")}) == 3


@pytest.mark.django_db
def test_many_are_read_in_two_statements() -> None:
    rows = InitiativeFactory.create_batch(3)

    with CaptureQueriesContext(connection) as asked:
        said = content.of_many(rows)

    assert len(asked) == 2
    assert set(said) == {row.pk for row in rows}


@pytest.mark.django_db
def test_every_step_of_lifecycle_covers_the_content() -> None:
    one = lived()

    digests = list(one.events.order_by("number").values_list("content_digest", flat=True))

    assert len(set(digests)) == 4
    assert all(digests)
    assert found() == []


@pytest.mark.django_db(transaction=True)
def test_what_is_received_is_covered_with_its_people_and_papers(campaigns: Any, at: Any) -> None:
    at("2022-03-01 09:00:00")
    worker = Worker(YEAR_2022).fill()
    worker.send_files(("quyet-dinh.pdf", samples.pdf()), ("ban-ve.pdf", samples.pdf("Ban ve")))
    assert worker.confirm().status_code == 303
    one = worker.initiative

    event = ReviewEvent.objects.get()

    assert one.attachments.count() == 2
    assert event.content_digest == content.digest(event.salt, content.of(one))
    assert found() == []
