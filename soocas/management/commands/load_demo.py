from __future__ import annotations

import json
import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import demo as people
from accounts.models import User
from catalog import demo as shelves
from orders import demo as orders
from soocas import environment as env


class Command(BaseCommand):
    help = "Fill a checkout with the demo shop and its people. Safe to repeat; never in production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", help="of the demo sign-ins; else SOOCAS_DEMO_PASSWORD")
        parser.add_argument("--json", action="store_true", help="print the sign-ins as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo shop is not for production.")
        shelves.load()
        password = options["password"] or env.text("SOOCAS_DEMO_PASSWORD")
        sign_ins = people.load(password or secrets.token_urlsafe(12))
        for shopper in User.objects.filter(email__in=_emails(sign_ins, "shopper")):
            orders.load(shopper, now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(sign_ins, default=str))
            return
        self.stdout.write("The demo shop is filled.")
        for sign_in in sign_ins:
            self.stdout.write("  ".join(f"{key}: {value}" for key, value in sign_in.items()))


def _emails(sign_ins: list[dict[str, Any]], role: str) -> list[str]:
    return [sign_in["email"] for sign_in in sign_ins if sign_in["role"] == role]
