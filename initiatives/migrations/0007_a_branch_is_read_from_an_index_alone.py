"""The indexes in the order of lists know the unit of each row: what a branch does not hold is passed by without being read."""

from django.db import migrations, models

ORDERS = {
    "initiative_inbox": ["campaign", "status", "-submitted_at", "-id", "unit"],
    "initiative_unit_inbox": ["unit", "status", "-submitted_at", "-id", "campaign"],
    "initiative_by_day": ["submitted_at", "id", "campaign", "status", "unit"],
    "initiative_by_name": ["name_key", "id", "campaign", "status", "unit"],
    "initiative_by_benefit": ["benefit_value", "id", "campaign", "status", "unit"],
}

# The other way round, with those without a value last again; SQLite reads the one above backwards.
BENEFIT_DOWN = """
CREATE INDEX initiative_by_benefit_down ON initiatives_initiative (benefit_value DESC NULLS LAST, id DESC, {columns})
"""


def exchange(schema_editor, columns):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX initiative_by_benefit_down")
        schema_editor.execute(BENEFIT_DOWN.format(columns=columns))


def with_units(apps, schema_editor):
    exchange(schema_editor, "campaign_id, status, unit_id")


def without_units(apps, schema_editor):
    exchange(schema_editor, "campaign_id, status")


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0006_selecting_rounds_dossiers_and_commendations")]

    operations = [
        *(migrations.RemoveIndex(model_name="initiative", name=name) for name in ORDERS),
        *(
            migrations.AddIndex(model_name="initiative", index=models.Index(fields=fields, name=name))
            for name, fields in ORDERS.items()
        ),
        migrations.AddIndex(
            model_name="initiative",
            index=models.Index(
                condition=models.Q(("status", "submitted"), ("version__gt", 1)),
                fields=["campaign", "submitted_at", "id", "unit"],
                name="initiative_waits_again",
            ),
        ),
        migrations.RunPython(with_units, without_units),
    ]
