#!/usr/bin/env python
"""Django's command line, with the portal's settings."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as unusable:
        if settings.configured or "--traceback" in sys.argv:
            raise
        sys.exit(f"Cấu hình chưa dùng được. Hãy sửa biến môi trường được nêu tên rồi chạy lại.\n{unusable}")


if __name__ == "__main__":
    main()
