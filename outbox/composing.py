"""Makes the e-mail of a message: text and HTML in its language, and the headers."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, engines
from django.template.loader import render_to_string
from django.utils import translation

from outbox.models import Message


class NoSubject(Exception):
    """The text template does not begin with "Subject: "."""


def compose(message: Message) -> EmailMultiAlternatives:
    with translation.override(message.language):
        subject, text = _text(message)
        html = render_to_string(message.template("html"), {**message.words(), "subject": subject})
    marketing = message.marketing
    email = EmailMultiAlternatives(
        subject=subject,
        body=text,
        from_email=settings.NEWSLETTER_FROM_EMAIL if marketing else settings.DEFAULT_FROM_EMAIL,
        to=[message.recipient],
        reply_to=[settings.REPLY_TO_EMAIL] if settings.REPLY_TO_EMAIL else None,
        headers=_headers(message),
    )
    email.attach_alternative(html, "text/html")
    return email


def _text(message: Message) -> tuple[str, str]:
    """Subject and body. Plain text is not escaped."""
    engine = engines["django"].engine  # type: ignore[attr-defined]
    words = Context(message.words(), autoescape=False)
    first, _newline, body = (
        engine.get_template(message.template("txt")).render(words).partition("\n")
    )
    label, found, subject = first.partition("Subject: ")
    if not found or label.strip():
        raise NoSubject(message.kind)
    return " ".join(subject.split()), body.strip() + "\n"


def _headers(message: Message) -> dict[str, str]:
    headers = {"Message-ID": message.message_id, **message.headers}
    if not message.marketing:
        headers["Auto-Submitted"] = "auto-generated"  # no out-of-office answers, RFC 3834
    return headers
