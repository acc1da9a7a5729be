#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

NO_DATABASE = (
    "The database does not answer. Start the shop with `make run`, or only its services with "
    "`.venv/bin/python -m sandbox services`, or set DATABASE_URL."
)

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "soocas.settings")
    named = "DATABASE_URL" in os.environ
    try:
        execute_from_command_line(sys.argv)
    except OperationalError:
        if named:
            raise
        sys.exit(NO_DATABASE)
