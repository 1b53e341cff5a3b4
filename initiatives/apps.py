from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "initiatives"
    verbose_name = "Sáng kiến"

    def ready(self) -> None:
        from initiatives.permissions import grant_all

        grant_all()
