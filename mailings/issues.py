"""Sending one letter to everybody who confirmed, in batches that can stop and go on."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from mailings import tasks, tokens
from mailings.models import Issue, Subscription, UnsubscribeLink
from outbox import services as outbox
from outbox.services import Letter, queue

KIND = "mailings/newsletter"
BATCH = 200


def start(issue: Issue, *, now: datetime) -> bool:
    """Begin to send a draft, once; True for the caller that did."""
    with transaction.atomic():
        won = Issue.objects.filter(pk=issue.pk, state=Issue.State.DRAFT).update(
            state=Issue.State.SENDING, started_at=now
        )
        if won:
            transaction.on_commit(partial(tasks.send_batch.delay, issue.pk), robust=True)
    return bool(won)


def send_batch(pk: int, *, now: datetime) -> None:
    """Queue the next letters of an issue. Two workers never do the same ones."""
    with transaction.atomic():
        rows = Issue.objects.select_for_update(skip_locked=True)
        issue = rows.filter(pk=pk, state=Issue.State.SENDING).first()
        if issue is None:
            return
        batch = list(readers(issue)[:BATCH])
        for subscription in batch:
            _queue(issue, subscription, now)
        if len(batch) == BATCH:
            issue.cursor = batch[-1].pk
            transaction.on_commit(partial(tasks.send_batch.delay, pk), robust=True)
        else:
            issue.state, issue.finished_at = Issue.State.SENT, now
        issue.save(update_fields=["cursor", "state", "finished_at"])


def readers(issue: Issue) -> QuerySet[Subscription]:
    """Who is still to get it: confirmed before it began. Whether they may, is asked at sending."""
    later = Subscription.objects.confirmed().filter(pk__gt=issue.cursor)
    ready = later.filter(confirmed_at__lte=issue.started_at)
    return ready.select_related("user").order_by("pk")


def unfinished() -> list[int]:
    return list(Issue.objects.filter(state=Issue.State.SENDING).values_list("pk", flat=True))


def progress(issue: Issue) -> list[tuple[str, int]]:
    """How many of its letters are in which state."""
    return outbox.states(issue.campaign)


def _queue(issue: Issue, subscription: Subscription, now: datetime) -> None:
    token = tokens.new()
    way_out = settings.SITE_URL + reverse("unsubscribe", args=[token])
    letter = Letter(
        KIND,
        to=subscription.email,
        language=subscription.language,
        about=f"{issue.campaign}:{subscription.pk}",
        context={**words(issue, subscription.language), "unsubscribe": way_out},
        campaign=issue.campaign,
        headers=headers(way_out),
        user=subscription.user,
    )
    if queue(letter):
        UnsubscribeLink.objects.create(
            subscription=subscription, digest=tokens.digest(token), created_at=now
        )


def words(issue: Issue, language: str) -> dict[str, object]:
    return {"headline": issue.subject(language), "paragraphs": issue.paragraphs(language)}


def headers(way_out: str) -> dict[str, str]:
    """What mail programs need for their own unsubscribe button (RFC 8058, RFC 2919)."""
    domain = parseaddr(settings.NEWSLETTER_FROM_EMAIL)[1].rpartition("@")[2]
    return {
        "List-Unsubscribe": f"<{way_out}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"Soocas <newsletter.{domain}>",
    }
