from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "initiatives"
    verbose_name = "Sáng kiến"

    def ready(self) -> None:
        from initiatives import lifecycle, unit_jobs
        from initiatives.nominations import commending, nominating
        from initiatives.permissions import grant_all
        from orgtree.units import adding

        grant_all()
        for follow in (commending.refuse_leaving, nominating.left):
            if follow not in lifecycle.leaving:
                lifecycle.leaving.append(follow)
        if not adding.long_work:
            adding.long_work.append(unit_jobs.CARRIED)
