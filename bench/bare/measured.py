"""What the floor costs. Prints JSON."""

import argparse
import json
import os
import re
import sys
from itertools import count

from bench import asking, database
from bench.asking import Asker, must
from bench.bare.filled import FILLED

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    database.choose()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.bare.settings"

    import django
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    django.setup()
    with database.made():
        call_command("migrate", run_syncdb=True, verbosity=0)
        asker = Asker(get_wsgi_application())
        found = {
            "static_page": asking.measured(lambda: must(asker.get("/"), 200), rounds=rounds),
            "form": asking.measured(lambda: must(asker.get("/nop/"), 200), rounds=rounds),
            "submission": asking.measured(Submission(asker), rounds=max(rounds // 4, 10)),
        }
        json.dump({"pages": found}, sys.stdout, indent=2)


class Submission:
    """The form, its POST with Django's own token, the receipt."""

    def __init__(self, asker: Asker) -> None:
        self.asker, self.numbers = asker, count()

    def __call__(self) -> None:
        n = next(self.numbers)
        page = must(self.asker.get("/nop/"), 200)
        token = TOKEN.search(page.body.decode())
        cookie = page.headers["set-cookie"].split(";")[0]
        assert token is not None
        fields = FILLED | {
            "csrfmiddlewaretoken": token[1],
            "phone": f"09{n % 100_000_000:08d}",
            "national_id": f"045190{n % 1_000_000:06d}",
            "title": f"Cữ chặn có thước khắc cho máy cắt vải số {n}",
        }
        sent = must(self.asker.post("/nop/", fields, cookie=cookie), 302)
        must(self.asker.get(sent.headers["location"]), 200)


if __name__ == "__main__":
    main()
