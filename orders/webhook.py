"""PayPal's messages. An event is a trigger, never the data: what it is about is asked of PayPal."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders import payments
from orders.models import WebhookEvent
from orders.paypal import signature

log = logging.getLogger(__name__)


@csrf_exempt  # the signature is the proof
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """200: done or not ours. 400: forged. 503: PayPal, send it again later."""
    now = timezone.now()
    try:
        signature.verify(request.headers, request.body, now=now)
    except signature.Forged as error:
        log.warning("forged webhook: %s", error)
        return HttpResponse(status=400)
    except signature.Unreachable:
        return HttpResponse(status=503)
    event = _event(request.body)
    if event is None:
        return HttpResponse(status=400)
    return HttpResponse(status=200 if _handled(event, now=now) else 503)


def _event(body: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(body)
    except ValueError:
        return None
    return event if isinstance(event, dict) and event.get("id") else None


def _handled(event: dict[str, Any], *, now: datetime) -> bool:
    kind = str(event.get("event_type", ""))[:60]
    row, _ = WebhookEvent.objects.get_or_create(
        event_id=str(event["id"])[:60], defaults={"kind": kind, "received_at": now}
    )
    if row.handled_at:
        return True
    paypal_id = _order_id(kind, event.get("resource"))
    if paypal_id and not payments.reported(paypal_id, now=now):
        return False
    WebhookEvent.objects.filter(Q(handled_at=None), pk=row.pk).update(handled_at=now)
    return True


def _order_id(kind: str, resource: Any) -> str:
    """Which order at PayPal it is about; empty for what does not concern a payment of ours."""
    if not isinstance(resource, dict):
        return ""
    if kind.startswith("CHECKOUT.ORDER."):
        return str(resource.get("id", ""))
    if kind.startswith("PAYMENT.CAPTURE."):
        related = resource.get("supplementary_data") or {}
        ids = related.get("related_ids") if isinstance(related, dict) else None
        return str(ids.get("order_id", "")) if isinstance(ids, dict) else ""
    return ""
