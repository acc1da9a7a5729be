from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import bulk as many_people
from accounts import demo as people
from accounts.models import User
from catalog import demo as shelves
from catalog.demo import bulk as many_shelves
from orders import bulk as many_orders
from orders import demo as orders
from soocas import environment as env

SIZES = ("products", "customers", "orders")
MOST = 10_000_000


class Command(BaseCommand):
    help = (
        "Fill a checkout with the demo shop and its people. Safe to repeat; never in production. "
        "With numbers also a shop of any size, of made-up things and people at example domains: "
        "repeated, it adds what is missing to so many."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for name in SIZES:
            said = f"so many made-up {name} beside the demo's"
            parser.add_argument(f"--{name}", type=_number, default=0, metavar="N", help=said)
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
        self._fill({name: options[name] for name in SIZES})
        if options["json"]:
            self.stdout.write(json.dumps(sign_ins, default=str))
            return
        self.stdout.write("The demo shop is filled.")
        for sign_in in sign_ins:
            self.stdout.write("  ".join(f"{key}: {value}" for key, value in sign_in.items()))

    def _fill(self, wanted: dict[str, int]) -> None:
        """Each room brings its own, the rooms that others build on first."""
        now = timezone.now()
        loads: dict[str, Callable[[int], int]] = {
            "products": many_shelves.load,
            "customers": partial(many_people.load, now=now),
            "orders": partial(many_orders.load, now=now),
        }
        for name, load in loads.items():
            if wanted[name]:
                began = time.monotonic()
                made, took = load(wanted[name]), time.monotonic() - began
                self.stderr.write(f"{made} {name} in {took:.1f} s")


def _number(said: str) -> int:
    number = int(said)
    if not 0 <= number <= MOST:
        raise ValueError
    return number


def _emails(sign_ins: list[dict[str, Any]], role: str) -> list[str]:
    return [sign_in["email"] for sign_in in sign_ins if sign_in["role"] == role]
