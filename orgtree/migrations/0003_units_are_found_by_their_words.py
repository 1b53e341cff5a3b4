"""Units are found by an index of their words, which the database keeps; what stands already is indexed and its words learnt."""

from collections import defaultdict

from django.db import migrations

from orgtree.finding.words import forms_of, is_learnt, search_fields

# As a function that seems dear: PostgreSQL would rather read the whole table than the index, where a LIMIT is near.
POSTGRESQL = [
    """
    CREATE FUNCTION orgtree_unit_words(words text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000
    AS 'BEGIN RETURN array_to_tsvector(array_remove(string_to_array(words, '' ''), '''')); END'
    """,
    """
    CREATE INDEX orgtree_unit_words_index ON orgtree_unit
    USING gin (orgtree_unit_words(search_words)) WITH (fastupdate = off)
    """,
]
POSTGRESQL_BACK = ["DROP INDEX orgtree_unit_words_index", "DROP FUNCTION orgtree_unit_words(text)"]

# The tokenizer that takes letters of every script as they come: unicode61 knows fewer letters than Python.
SQLITE = [
    """
    CREATE VIRTUAL TABLE orgtree_unit_words USING fts5(
        search_words, content='orgtree_unit', content_rowid='id', detail=none, columnsize=0, prefix='1 2 3 4',
        tokenize="ascii tokenchars '_='"
    )
    """,
    """
    CREATE TRIGGER orgtree_unit_words_added AFTER INSERT ON orgtree_unit BEGIN
        INSERT INTO orgtree_unit_words (rowid, search_words) VALUES (new.id, new.search_words);
    END
    """,
    """
    CREATE TRIGGER orgtree_unit_words_removed AFTER DELETE ON orgtree_unit BEGIN
        INSERT INTO orgtree_unit_words (orgtree_unit_words, rowid, search_words)
        VALUES ('delete', old.id, old.search_words);
    END
    """,
    """
    CREATE TRIGGER orgtree_unit_words_changed AFTER UPDATE OF search_words ON orgtree_unit
    WHEN old.search_words <> new.search_words BEGIN
        INSERT INTO orgtree_unit_words (orgtree_unit_words, rowid, search_words)
        VALUES ('delete', old.id, old.search_words);
        INSERT INTO orgtree_unit_words (rowid, search_words) VALUES (new.id, new.search_words);
    END
    """,
]
SQLITE_BACK = [
    "DROP TRIGGER orgtree_unit_words_changed",
    "DROP TRIGGER orgtree_unit_words_removed",
    "DROP TRIGGER orgtree_unit_words_added",
    "DROP TABLE orgtree_unit_words",
]
AT_ONCE = 2000


def fill(apps, schema_editor):
    """Search fields and words of the units that stand, by the names and aliases they have or had."""
    others = defaultdict(list)
    for unit, alias in apps.get_model("orgtree", "UnitAlias").objects.order_by("pk").values_list("unit_id", "alias"):
        others[unit].append(alias)
    past = apps.get_model("orgtree", "UnitName").objects.order_by("-used_until")
    for unit, *names in past.values_list("unit_id", "name", "short_name"):
        others[unit] += names
    Unit = apps.get_model("orgtree", "Unit")
    for unit, *names in Unit.objects.exclude(successor=None).values_list("successor_id", "name", "short_name"):
        others[unit] += names
    rows = list(Unit.objects.values_list("pk", "level", "name", "short_name"))
    learnt = set()
    for start in range(0, len(rows), AT_ONCE):
        changed = []
        for pk, level, *names in rows[start : start + AT_ONCE]:
            text, words = search_fields([*names, *others[pk]], is_place=level != "grassroots")
            changed.append((text, words, pk))
            learnt.update(filter(is_learnt, words.split()))
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany("UPDATE orgtree_unit SET search_text = %s, search_words = %s WHERE id = %s", changed)
    WordForm = apps.get_model("orgtree", "WordForm")
    WordForm.objects.bulk_create(
        (WordForm(form=form, word=word) for word in sorted(learnt) for form in forms_of(word)), batch_size=AT_ONCE
    )


def make_index(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("INSERT INTO orgtree_unit_words (orgtree_unit_words) VALUES ('rebuild')")


def drop_index(apps, schema_editor):
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement)


def forget(apps, schema_editor):
    apps.get_model("orgtree", "WordForm").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("orgtree", "0002_units_change_and_staff_get_in_safely")]

    operations = [
        migrations.RunPython(fill, forget),
        migrations.RunPython(make_index, drop_index),
    ]
