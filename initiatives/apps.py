from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "initiatives"
    verbose_name = "Sáng kiến"

    def ready(self) -> None:
        from initiatives import lifecycle
        from initiatives.nominations import nominating
        from initiatives.permissions import grant_all

        grant_all()
        if nominating.left not in lifecycle.leaving:
            lifecycle.leaving.append(nominating.left)
