from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "initiatives"
    verbose_name = "Sáng kiến"

    def ready(self) -> None:
        from initiatives import lifecycle
        from initiatives.nominations import commending, nominating
        from initiatives.permissions import grant_all

        grant_all()
        for follow in (commending.refuse_leaving, nominating.left):
            if follow not in lifecycle.leaving:
                lifecycle.leaving.append(follow)
