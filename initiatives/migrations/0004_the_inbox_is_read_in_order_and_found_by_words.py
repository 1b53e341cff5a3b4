"""The inbox of millions is read in the order of an index, and found by an index of words, which the database keeps.

On SQLite a later migration that makes the table of initiatives anew takes away what stands below as SQL, the triggers and the
index of phones, and must make it again; `tests/review/test_search.py` finds them missing.
"""

from django.db import migrations, models

# As dear as it was measured: were it cheaper, PostgreSQL would rather cut every row of the table into words.
# Without fastupdate: every search would read what is pending first, and an insert pays 0.1 ms for that.
POSTGRESQL = [
    """
    CREATE FUNCTION initiative_words(words text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 100
    AS 'BEGIN RETURN array_to_tsvector(array_remove(string_to_array(words, '' ''), '''')); END'
    """,
    """
    CREATE INDEX initiative_words_index ON initiatives_initiative
    USING gin (initiative_words(search_text)) WITH (fastupdate = off)
    """,
    "CREATE INDEX initiative_phone_end ON initiatives_initiative (RIGHT(phone_digits, 6))",
    """
    CREATE INDEX initiative_by_benefit_down ON initiatives_initiative
    (benefit_value DESC NULLS LAST, id DESC, campaign_id, status)
    """,
]
POSTGRESQL_BACK = [
    "DROP INDEX initiative_by_benefit_down",
    "DROP INDEX initiative_phone_end",
    "DROP INDEX initiative_words_index",
    "DROP FUNCTION initiative_words(text)",
]

# The tokenizer that takes letters of every script as they come, as in the index of units.
SQLITE = [
    """
    CREATE VIRTUAL TABLE initiative_words USING fts5(
        search_text, content='initiatives_initiative', content_rowid='id', detail=none, columnsize=0, prefix='2 3',
        tokenize='ascii'
    )
    """,
    """
    CREATE TRIGGER initiative_words_added AFTER INSERT ON initiatives_initiative BEGIN
        INSERT INTO initiative_words (rowid, search_text) VALUES (new.id, new.search_text);
    END
    """,
    """
    CREATE TRIGGER initiative_words_removed AFTER DELETE ON initiatives_initiative BEGIN
        INSERT INTO initiative_words (initiative_words, rowid, search_text) VALUES ('delete', old.id, old.search_text);
    END
    """,
    """
    CREATE TRIGGER initiative_words_changed AFTER UPDATE OF search_text ON initiatives_initiative
    WHEN old.search_text <> new.search_text BEGIN
        INSERT INTO initiative_words (initiative_words, rowid, search_text) VALUES ('delete', old.id, old.search_text);
        INSERT INTO initiative_words (rowid, search_text) VALUES (new.id, new.search_text);
    END
    """,
    "CREATE INDEX initiative_phone_end ON initiatives_initiative (SUBSTR(phone_digits, -6))",
    "INSERT INTO initiative_words (initiative_words) VALUES ('rebuild')",
]
SQLITE_BACK = [
    "DROP INDEX initiative_phone_end",
    "DROP TRIGGER initiative_words_changed",
    "DROP TRIGGER initiative_words_removed",
    "DROP TRIGGER initiative_words_added",
    "DROP TABLE initiative_words",
]


def make_indexes(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop_indexes(apps, schema_editor):
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0003_jobs_twins_and_what_reviewing_thousands_keeps")]

    operations = [
        migrations.AddIndex(
            model_name="initiative",
            index=models.Index(fields=["submitted_at", "id", "campaign", "status"], name="initiative_by_day"),
        ),
        migrations.AddIndex(
            model_name="initiative",
            index=models.Index(fields=["name_key", "id", "campaign", "status"], name="initiative_by_name"),
        ),
        migrations.AddIndex(
            model_name="initiative",
            index=models.Index(fields=["benefit_value", "id", "campaign", "status"], name="initiative_by_benefit"),
        ),
        migrations.RunPython(make_indexes, drop_indexes),
    ]
