"""A shop full of other customers: copies of one row of each table, with keys of their own."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from accounts.models import User
from mailings.personal_data import NEWSLETTER
from orders import bulk as many_orders
from orders.models import Order
from outbox.models import Message
from outbox.personal_data import MAIL, MAIL_PROVIDER
from privacy import gate
from privacy.models import ConsentDecision

OTHER = "'other' || n || '@example.net'"
CLONED = {
    "accounts_user": f"'email', {OTHER}, 'subject_id', gen_random_uuid()",
    "account_emailaddress": f"'email', {OTHER}, 'user_id', 1000000 + n",
    "orders_order": "'number', 'X' || n, 'nonce', 'x' || n, 'token', 'x' || n, 'gift_code', null,"
    f" 'uuid', gen_random_uuid(), 'customer_id', 1000000 + n, 'email', {OTHER}",
    "orders_orderline": "'order_id', 1000000 + n",
    "orders_orderevent": "'order_id', 1000000 + n",
    "outbox_message": "'about', 'x' || n, 'message_id', 'x' || n, 'user_id', null,"
    f" 'recipient', {OTHER}",
    "privacy_consentdecision": f"'user_id', null, 'subject_id', null, 'email', {OTHER}",
    "privacy_disclosure": f"'user_id', null, 'subject_id', null, 'email', {OTHER},"
    " 'about', 'x' || n",
}


def buyer(user: User, orders: int) -> None:
    """So many orders of one customer, a letter about the first, and her word on the newsletter."""
    many_orders.load(orders, now=timezone.now())
    Order.objects.update(customer=user)
    now = timezone.now()
    Message.objects.create(
        kind="orders/placed",
        about="first",
        recipient=user.email,
        user=user,
        queued_at=now,
        next_try_at=now,
    )
    gate.decide(NEWSLETTER, user, ConsentDecision.Action.GIVEN, now)
    MAIL_PROVIDER.received(user, purpose=MAIL, fields=("recipient",), about="message:1", now=now)


def others(start: int, end: int) -> None:
    """So many customers more, each with one row of every table that has one to copy."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no triggers: copies are right
        for table, changed in CLONED.items():
            cursor.execute(
                f"INSERT INTO {table} SELECT one.*"
                f" FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) AS first,"
                " generate_series(%s::int, %s::int) AS n, LATERAL"  # else once for each column
                f" jsonb_populate_record(NULL::{table}, to_jsonb(first)"
                f" || jsonb_build_object('id', 1000000 + n, {changed})) AS one",
                [start, end],
            )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")


def rows_read_whole() -> dict[str, int]:
    """Per table of which copies were made, how many of its rows were read by passing over all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute("SELECT relname, seq_tup_read FROM pg_stat_user_tables")
        return {table: rows for table, rows in cursor.fetchall() if table in CLONED}
