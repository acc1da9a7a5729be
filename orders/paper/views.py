"""The papers of an order, for whoever has its link. Printed anew each time, from what is frozen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orders.models import CreditNote, Invoice
from orders.paper import pdf


@never_cache
@require_safe
def invoice(request: HttpRequest, token: str) -> HttpResponse:
    return download(get_object_or_404(Invoice, order__token=token))


@never_cache
@require_safe
def credit_note(request: HttpRequest, token: str, number: str) -> HttpResponse:
    return download(get_object_or_404(CreditNote, invoice__order__token=token, number=number))


def download(paper: Invoice | CreditNote) -> HttpResponse:
    """Under a name that says nothing of a person; searched by nobody, kept by no cache."""
    printed = pdf.invoice(paper) if isinstance(paper, Invoice) else pdf.credit_note(paper)
    return HttpResponse(
        printed,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="soocas-{paper.number}.pdf"',
            "X-Robots-Tag": "noindex, nofollow",
        },
    )
