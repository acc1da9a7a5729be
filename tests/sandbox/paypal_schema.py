"""The shapes of PayPal's answers, written out for these tests, and a small check against them.

A shape is a dict of property → shape (nothing else may be there; ``?`` marks what may be missing),
a list of one shape, a set of the values allowed, or a pattern that the whole string matches.
"""

from __future__ import annotations

import re
from typing import Any

Shape = Any

ID = re.compile(r"[0-9A-Z]{17}")
PAYER_ID = re.compile(r"[2-9A-HJ-NP-Z]{13}")
DISPUTE_ID = re.compile(r"PP-R-[A-Z0-9]+-[0-9]+")
EVENT_ID = re.compile(r"WH-[0-9A-Z]{17}-[0-9A-Z]{17}")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
TEXT = re.compile(r"(?s).{1,2000}")
CODE = re.compile(r"[A-Z][A-Z0-9_]*")
COUNTRY = re.compile(r"[A-Z]{2}|C2")

MONEY = {
    "currency_code": re.compile(r"[A-Z]{3}"),
    "value": re.compile(r"-?[0-9]+[.][0-9]{2}"),
}
LINK = {
    "href": re.compile(r"https?://\S+"),
    "rel": re.compile(r"[a-z_-]+"),
    "method?": {"GET", "POST", "PUT", "DELETE", "PATCH"},
}
NAME = {"given_name?": TEXT, "surname?": TEXT, "full_name?": TEXT}
ADDRESS = {
    "address_line_1?": TEXT,
    "address_line_2?": TEXT,
    "admin_area_1?": TEXT,
    "admin_area_2?": TEXT,
    "postal_code?": TEXT,
    "country_code": COUNTRY,
}
BREAKDOWN = {
    f"{name}?": MONEY
    for name in (
        *("item_total", "shipping", "handling", "tax_total", "insurance"),
        *("shipping_discount", "discount"),
    )
}
ITEM = {
    "name": TEXT,
    "unit_amount": MONEY,
    "tax?": MONEY,
    "quantity": re.compile(r"[1-9][0-9]{0,9}"),
    "description?": TEXT,
    "sku?": TEXT,
    "category?": {"DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION"},
}
ORDER_STATUS = {"CREATED", "SAVED", "APPROVED", "VOIDED", "COMPLETED", "PAYER_ACTION_REQUIRED"}
CAPTURE = {
    "id": ID,
    "status": {"COMPLETED", "DECLINED", "PARTIALLY_REFUNDED", "PENDING", "REFUNDED", "FAILED"},
    "status_details?": {
        "reason": {
            *("BUYER_COMPLAINT", "CHARGEBACK", "ECHECK", "INTERNATIONAL_WITHDRAWAL", "OTHER"),
            *("PENDING_REVIEW", "RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION", "REFUNDED"),
            *("TRANSACTION_APPROVED_AWAITING_FUNDING", "UNILATERAL", "VERIFICATION_REQUIRED"),
        }
    },
    "amount": MONEY,
    "final_capture": {True, False},
    "invoice_id?": TEXT,
    "custom_id?": TEXT,
    "seller_protection": {
        "status": {"ELIGIBLE", "PARTIALLY_ELIGIBLE", "NOT_ELIGIBLE"},
        "dispute_categories?": [{"ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION"}],
    },
    "seller_receivable_breakdown": {
        "gross_amount": MONEY,
        "paypal_fee": MONEY,
        "net_amount": MONEY,
    },
    "create_time": TIME,
    "update_time": TIME,
    "links": [LINK],
}
CAPTURE_ALONE = CAPTURE | {"supplementary_data": {"related_ids": {"order_id": ID}}}
REFUND = {
    "id": ID,
    "status": {"CANCELLED", "FAILED", "PENDING", "COMPLETED"},
    "status_details?": {"reason": {"ECHECK"}},
    "amount": MONEY,
    "invoice_id?": TEXT,
    "custom_id?": re.compile(r"[A-Za-z0-9-_.,]{1,127}"),
    "note_to_payer?": TEXT,
    "seller_payable_breakdown": {
        "gross_amount": MONEY,
        "paypal_fee": MONEY,
        "net_amount": MONEY,
        "total_refunded_amount": MONEY,
    },
    "create_time": TIME,
    "update_time": TIME,
    "links": [LINK],
}
REFUND_SHORT = {"id": ID, "status": REFUND["status"], "links": [LINK]}
UNIT = {
    "reference_id": TEXT,
    "description?": TEXT,
    "custom_id?": TEXT,
    "invoice_id?": TEXT,
    "soft_descriptor?": TEXT,
    "amount": MONEY | {"breakdown?": BREAKDOWN},
    "items?": [ITEM],
    "shipping?": {"name?": NAME, "type?": TEXT, "address?": ADDRESS},
    "payments?": {"captures?": [CAPTURE], "refunds?": [REFUND]},
}
PERSON = {"email_address?": TEXT, "name?": NAME, "address?": ADDRESS}
SOURCE = {
    "paypal": PERSON | {"account_id?": PAYER_ID, "account_status?": {"VERIFIED", "UNVERIFIED"}},
}
ORDER = {
    "id": ID,
    "intent": {"CAPTURE"},
    "status": ORDER_STATUS,
    "purchase_units": [UNIT],
    "payment_source?": SOURCE,
    "payer?": PERSON | {"payer_id?": PAYER_ID},
    "create_time": TIME,
    "update_time?": TIME,
    "links": [LINK],
}
ORDER_SHORT = {
    "id": ID,
    "status": ORDER_STATUS,
    "payment_source?": SOURCE,
    "links": [LINK],
}
CAPTURED_SHORT = ORDER_SHORT | {
    "payer?": PERSON | {"payer_id?": PAYER_ID},
    "purchase_units": [
        {"reference_id": TEXT, "shipping?": UNIT["shipping?"], "payments": UNIT["payments?"]}
    ],
}
DISPUTE_STATUS = {
    *("OPEN", "WAITING_FOR_BUYER_RESPONSE", "WAITING_FOR_SELLER_RESPONSE"),
    *("UNDER_REVIEW", "RESOLVED", "OTHER"),
}
DISPUTE_SUMMARY = {
    "dispute_id": DISPUTE_ID,
    "create_time": TIME,
    "update_time": TIME,
    "reason": {
        *("MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED"),
        *("UNAUTHORISED", "CREDIT_NOT_PROCESSED", "DUPLICATE_TRANSACTION", "INCORRECT_AMOUNT"),
        *("PAYMENT_BY_OTHER_MEANS", "CANCELED_RECURRING_BILLING", "PROBLEM_WITH_REMITTANCE"),
        "OTHER",
    },
    "status": DISPUTE_STATUS,
    "dispute_state": {
        *("OPEN_INQUIRIES", "REQUIRED_ACTION", "REQUIRED_OTHER_PARTY_ACTION"),
        *("UNDER_PAYPAL_REVIEW", "APPEALABLE", "RESOLVED"),
    },
    "dispute_amount": MONEY,
    "dispute_life_cycle_stage": {"INQUIRY", "CHARGEBACK", "PRE_ARBITRATION", "ARBITRATION"},
    "dispute_channel": {"INTERNAL", "EXTERNAL", "ALERT"},
    "seller_response_due_date?": TIME,
    "links": [LINK],
}
TRANSACTION = {
    "buyer_transaction_id": re.compile(r"[A-Za-z0-9-]+"),
    "seller_transaction_id": re.compile(r"[A-Za-z0-9-]+"),
    "create_time": TIME,
    "transaction_status": {
        *("COMPLETED", "UNCLAIMED", "DENIED", "FAILED", "HELD", "PENDING", "PARTIALLY_REFUNDED"),
        *("REFUNDED", "REVERSED", "CANCELLED"),
    },
    "gross_amount": MONEY,
    "invoice_number?": re.compile(r"[A-Za-z0-9:\-|]{1,127}"),
    "custom?": TEXT,
    "buyer": {"name": TEXT},
    "seller": {"merchant_id": re.compile(r"[0-9A-Za-z]+"), "name": TEXT},
}
DISPUTE = {name: shape for name, shape in DISPUTE_SUMMARY.items() if name != "dispute_state"} | {
    "disputed_transactions": [TRANSACTION],
    "dispute_outcome?": {
        "outcome_code": {
            *("RESOLVED_BUYER_FAVOUR", "RESOLVED_SELLER_FAVOUR", "RESOLVED_WITH_PAYOUT"),
            *("CANCELED_BY_BUYER", "ACCEPTED", "DENIED", "NONE"),
        },
        "amount_refunded?": MONEY,
    },
    "money_movements?": [
        {
            "affected_party": {"SELLER", "BUYER", "PAYMENT_PROCESSOR"},
            "amount": MONEY,
            "initiated_time": TIME,
            "type": {"DEBIT", "CREDIT"},
            "reason": {"DISPUTE_SETTLEMENT_FEE", "DISPUTE_SETTLEMENT", "DISPUTE_FEE"}
            | {"CHARGEBACK_FEE"},
        }
    ],
}
DISPUTES = {"items": [DISPUTE_SUMMARY], "links": [LINK]}
NAMES = {  # of an error by its status
    400: "INVALID_REQUEST",
    401: "AUTHENTICATION_FAILURE",
    404: "RESOURCE_NOT_FOUND",
    409: "RESOURCE_CONFLICT",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "UNPROCESSABLE_ENTITY",
    429: "RATE_LIMIT_REACHED",
    500: "INTERNAL_SERVER_ERROR",
}
DETAIL = {
    "field?": re.compile(r"\S+"),
    "value?": re.compile(r"(?s).*"),
    "location?": {"body", "path", "query"},
    "issue": CODE,
    "description": TEXT,
}
TOKEN = {
    "scope": TEXT,
    "access_token": re.compile(r"A21AA\S+"),
    "token_type": {"Bearer"},
    "app_id": TEXT,
    "expires_in": {32400},
    "nonce": TEXT,
}
APPROVAL_REVERSED = {
    "order_id": ID,
    "purchase_units": [{"reference_id": TEXT, "custom_id?": TEXT, "invoice_id?": TEXT}],
    "payment_source": {"paypal": {}},
}
RESOURCES = {  # of an event: its type, and the shape of what it is about
    "CHECKOUT.ORDER.APPROVED": ("checkout-order", ORDER),
    "CHECKOUT.ORDER.COMPLETED": ("checkout-order", ORDER),
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED": ("checkout-order", APPROVAL_REVERSED),
    "PAYMENT.CAPTURE.COMPLETED": ("capture", CAPTURE_ALONE),
    "PAYMENT.CAPTURE.PENDING": ("capture", CAPTURE_ALONE),
    "PAYMENT.CAPTURE.DENIED": ("capture", CAPTURE_ALONE),
    "PAYMENT.CAPTURE.REFUNDED": ("refund", REFUND),
    "PAYMENT.CAPTURE.REVERSED": ("refund", REFUND),
    "PAYMENT.REFUND.PENDING": ("refund", REFUND),
    "PAYMENT.REFUND.FAILED": ("refund", REFUND),
    "CUSTOMER.DISPUTE.CREATED": ("dispute", DISPUTE),
    "CUSTOMER.DISPUTE.UPDATED": ("dispute", DISPUTE),
    "CUSTOMER.DISPUTE.RESOLVED": ("dispute", DISPUTE),
}


def error(status: int) -> Shape:
    return {
        "name": {NAMES[status]},
        "message": TEXT,
        "details?": [DETAIL],
        "debug_id": re.compile(r"[0-9a-f]{13}"),
        "links": [LINK],
    }


def event(kind: str) -> Shape:
    resource_type, resource = RESOURCES[kind]
    return {
        "id": EVENT_ID,
        "event_version": {"1.0"},
        "create_time": TIME,
        "resource_type": {resource_type},
        "resource_version?": {"1.0", "2.0"},
        "event_type": {kind},
        "summary": TEXT,
        "resource": resource,
        "links": [LINK],
    }


def faults(found: Any, shape: Shape, at: str = "") -> list[str]:
    """Where a document differs from a shape; empty if it has it."""
    if isinstance(shape, dict):
        return _object_faults(found, shape, at)
    if isinstance(shape, list):
        if not isinstance(found, list):
            return [f"{at}: no list"]
        return [f for i, one in enumerate(found) for f in faults(one, shape[0], f"{at}/{i}")]
    if isinstance(shape, set):
        fits = any(found == value and type(found) is type(value) for value in shape)
    else:
        fits = isinstance(found, str) and shape.fullmatch(found) is not None
    return [] if fits else [f"{at}: {found!r}"]


def _object_faults(found: Any, shape: dict[str, Shape], at: str) -> list[str]:
    if not isinstance(found, dict):
        return [f"{at}: no object"]
    known = {name.rstrip("?"): inner for name, inner in shape.items()}
    wrong = [f"{at}/{name}: unknown" for name in found if name not in known]
    wrong += [f"{at}/{name}: missing" for name in shape if name[-1] != "?" and name not in found]
    for name, value in found.items():
        if name in known:
            wrong += faults(value, known[name], f"{at}/{name}")
    return wrong
