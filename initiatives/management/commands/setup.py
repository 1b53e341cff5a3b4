"""`setup`: tables, the tree, the two campaigns of the letters. Can be run again at any time."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from initiatives.campaigns.loading import load_campaigns
from orgtree.importing import import_units


class Command(BaseCommand):
    help = "Migrates, loads the units and the two campaigns of the letters."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        units = settings.BASE_DIR / "fixtures" / "units"
        result = import_units(units / "units-2021.csv", aliases_path=units / "name-aliases.csv")
        made = load_campaigns()
        names = ", ".join(campaign.slug for campaign in made) or "không có gì mới"
        self.stdout.write(f"{result.sentence} Chương trình: {names}.")
