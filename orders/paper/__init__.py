"""Invoices and credit notes: frozen when they are issued, numbered without a gap, printed as PDF.

What is printed comes from the row alone, never from the order or the catalogue: the address from
its columns, the rest from ``content``. Amounts are texts of EUR, VAT included unless named net:

    {"seller": {"name", "street", "place", "kvk", "vat"},
     "order": "2026-000042", "supplied_on": "2026-11-24", "country": "NL", "oss": false,
     "capture": "PayPal's id, empty if nothing was paid",
     "lines": [{"title", "sku", "quantity", "unit_price", "discount", "total", "vat_rate", "vat"}],
     "shipping": {"title", "total", "vat_rate", "vat"}, "discount": "0.00",
     "vat": [{"rate", "net", "vat", "gross"}]}

A credit note has ``refund`` (PayPal's id) and ``invoice`` {"number", "issued_on"} as well, and what
is credited for lines and ``shipping`` (None where nothing is).
"""
