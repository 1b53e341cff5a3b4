"""Static files as they were collected: their addresses bear a hash of what is in them, and so stay what they are."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's, with each address made once: a page asks for three, and the manifest is read when the process starts."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        address = self._addresses.get(name or "")
        if address is None:
            address = super().url(name, force)
            if name:
                self._addresses[name] = address
        return address
