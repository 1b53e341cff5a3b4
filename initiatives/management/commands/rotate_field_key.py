"""`rotate_field_key`: seals everything anew with the first of FIELD_KEYS, and proves which keys may be taken away."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from initiatives.personal_data import resealing
from initiatives.personal_data.resealing import Place
from portal.command_line import PortalCommand
from portal.vietnamese.formats import whole


class Command(PortalCommand):
    help = "Mã hóa lại mọi giá trị bằng khóa đầu tiên của FIELD_KEYS; nói khóa nào bỏ được. Cổng vẫn chạy."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="chỉ đếm giá trị theo khóa, không đổi gì")

    is_verbose = False

    def handle(self, *args: Any, dry_run: bool = False, verbosity: int = 1, **options: Any) -> None:
        self.is_verbose = verbosity > 1
        if not dry_run:
            resealed = resealing.reseal_all(told=self._progress)
            for words, number in resealed.lost.items():
                self.stdout.write(f"{words}: {whole(number)} giá trị không mở được bằng khóa nào hiện có.")
        first, *others = resealing.names()
        stands = resealing.under()
        for words, by_key in stands.items():
            for name, number in sorted(by_key.items()):
                self.stdout.write(f"{words}: {whole(number)} giá trị dùng {self._known(name, first, others)}.")
        remaining = {name for by_key in stands.values() for name, number in by_key.items() if number and name != first}
        if dry_run:
            return
        if remaining:
            raise CommandError(
                f"Chưa xong: còn giá trị dùng khóa {', '.join(sorted(remaining))}. "
                "Hãy giữ các khóa này và chạy lại lệnh; khóa đã mất thì tìm trong bản cất giữ của bạn."
            )
        self.stdout.write(
            f"Mọi giá trị dùng khóa {first}."
            + (f" Khóa {', '.join(others)} không còn giá trị nào dùng, có thể bỏ khỏi FIELD_KEYS." if others else "")
            + " Bản sao lưu cũ vẫn cần khóa cũ."
        )

    def _progress(self, place: Place, done: int) -> None:
        if self.is_verbose:
            self.stdout.write(f"{place.words}: đã mã hóa lại {whole(done)} giá trị…")

    def _known(self, name: str, first: str, others: list[str]) -> str:
        if name == first:
            return f"khóa đầu tiên ({name})"
        return f"khóa cũ ({name})" if name in others else f"một khóa không có trong FIELD_KEYS ({name})"
