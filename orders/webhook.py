"""PayPal's messages. An event is a trigger, never the data: what it is about is asked of PayPal."""

from __future__ import annotations

import json
import logging
import re
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders import reports
from orders.models import WebhookEvent
from orders.paypal import signature

log = logging.getLogger(__name__)

EVENT_ID = re.compile(r"[A-Za-z0-9_.-]{1,60}")


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
    ours = isinstance(event, dict) and EVENT_ID.fullmatch(str(event.get("id", "")))
    return event if ours else None


def _handled(event: dict[str, Any], *, now: datetime) -> bool:
    """Once it is dealt with, it is not looked at again; a kind of no use to us is only kept."""
    kind = re.sub(r"[^A-Z0-9._-]", "", str(event.get("event_type", "")))[:60]
    row = WebhookEvent(event_id=event["id"], kind=kind, received_at=now)
    if WebhookEvent.objects.filter(pk=row.pk).exclude(handled_at=None).exists():
        return True
    try:
        reports.look(kind, event.get("resource"), now=now)
    except reports.Later as error:
        log.info("webhook %s to be sent again: %s", kind, error)
        WebhookEvent.objects.bulk_create([row], ignore_conflicts=True)
        return False
    row.handled_at = now
    WebhookEvent.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["event_id"], update_fields=["handled_at"]
    )
    return True
