"""VAT on goods sold to consumers, by country of delivery, class and day.

Sold from one member state to consumers in another, the rate of the other applies (Art. 33 Directive
2006/112/EC; declared through the One Stop Shop, Art. 369a ff.), and the rate of the day counts. The
rates are within Art. 96 to 98 of that directive, as the Commission's database "Taxes in Europe"
(TEDB) and the law named in each row give them. Where a state has several reduced rates, the highest
of those for goods stands here: it is never too little. Denmark has none.

Written by programmers: the bookkeeper confirms each row before it is relied on, and each change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

STANDARD, REDUCED, ZERO = "standard", "reduced", "zero"
FIRST = date(2020, 1, 1)  # the day from which the table tells; no order is older


@dataclass(frozen=True)
class Rate:
    country: str
    vat_class: str
    percent: Decimal
    since: date
    until: date | None  # the last day; None: it still applies
    source: str


# country: standard, reduced, the law. Unchanged since FIRST, but for what CHANGED says.
STEADY = {
    "AT": ("20", "13", "UStG 1994 § 10"),
    "BE": ("21", "12", "Koninklijk besluit nr. 20 van 20 juli 1970"),
    "BG": ("20", "9", "ЗДДС чл. 66"),
    "CY": ("19", "5", "Ν. 95(I)/2000 άρθρα 17, 18"),
    "CZ": ("21", "12", "Zákon 235/2004 Sb. § 47"),
    "DE": ("19", "7", "UStG § 12"),
    "DK": ("25", "25", "Momsloven § 33"),
    "EE": ("24", "9", "Käibemaksuseadus § 15"),
    "ES": ("21", "10", "Ley 37/1992 art. 90, 91"),
    "FI": ("25.5", "13.5", "Arvonlisäverolaki 1501/1993 84, 85 §"),
    "FR": ("20", "10", "CGI art. 278, 278 bis"),
    "GR": ("24", "13", "Κώδικας ΦΠΑ, ν. 5144/2024 άρθρο 26"),
    "HR": ("25", "13", "Zakon o PDV-u čl. 38"),
    "HU": ("27", "18", "2007. évi CXXVII. tv. 82. §"),
    "IE": ("23", "13.5", "VAT Consolidation Act 2010 s. 46"),
    "IT": ("22", "10", "D.P.R. 633/1972 art. 16"),
    "LT": ("21", "12", "PVM įstatymas 19 str."),
    "LU": ("17", "8", "Loi TVA du 12 février 1979 art. 39, 40"),
    "LV": ("21", "12", "PVN likums 41., 42. pants"),
    "MT": ("18", "5", "VAT Act Cap. 406, Eighth Schedule"),
    "NL": ("21", "9", "Wet op de omzetbelasting 1968 art. 9"),
    "PL": ("23", "8", "Ustawa o VAT art. 41, 146ef"),
    "PT": ("23", "13", "CIVA art. 18"),
    "RO": ("21", "11", "Legea 227/2015 art. 291, Legea 141/2025"),
    "SE": ("25", "12", "Mervärdesskattelag 2023:200 9 kap."),
    "SI": ("22", "9.5", "ZDDV-1 člen 41"),
    "SK": ("23", "19", "Zákon 222/2004 Z. z. § 27, 278/2024 Z. z."),
}

# What applied before, newest first: its last day and the law that ended or limited it.
CHANGED = (
    ("CZ", REDUCED, "15", date(2023, 12, 31), "Zákon 349/2023 Sb."),
    ("DE", STANDARD, "16", date(2020, 12, 31), "UStG § 28 Abs. 1 (Zweites Corona-Steuerhilfeg.)"),
    ("DE", STANDARD, "19", date(2020, 6, 30), "UStG § 12"),
    ("DE", REDUCED, "5", date(2020, 12, 31), "UStG § 28 Abs. 2 (Zweites Corona-Steuerhilfeg.)"),
    ("DE", REDUCED, "7", date(2020, 6, 30), "UStG § 12"),
    ("EE", STANDARD, "22", date(2025, 6, 30), "Käibemaksuseadus § 15, RT I, 26.06.2024"),
    ("EE", STANDARD, "20", date(2023, 12, 31), "Käibemaksuseadus § 15, RT I, 01.07.2023"),
    ("FI", STANDARD, "24", date(2024, 8, 31), "Laki 482/2024"),
    ("FI", REDUCED, "14", date(2025, 12, 31), "Arvonlisäverolaki 85 §"),
    ("IE", STANDARD, "21", date(2021, 2, 28), "Financial Provisions (Covid-19) (No. 2) Act 2020"),
    ("IE", STANDARD, "23", date(2020, 8, 31), "VAT Consolidation Act 2010 s. 46"),
    ("LT", REDUCED, "9", date(2025, 12, 31), "PVM įstatymas 19 str."),
    ("LU", STANDARD, "16", date(2023, 12, 31), "Loi du 26 octobre 2022"),
    ("LU", STANDARD, "17", date(2022, 12, 31), "Loi TVA du 12 février 1979 art. 39"),
    ("LU", REDUCED, "7", date(2023, 12, 31), "Loi du 26 octobre 2022"),
    ("LU", REDUCED, "8", date(2022, 12, 31), "Loi TVA du 12 février 1979 art. 40"),
    ("RO", STANDARD, "19", date(2025, 7, 31), "Legea 227/2015 art. 291"),
    ("RO", REDUCED, "9", date(2025, 7, 31), "Legea 227/2015 art. 291"),
    ("SK", STANDARD, "20", date(2024, 12, 31), "Zákon 222/2004 Z. z. § 27"),
    ("SK", REDUCED, "10", date(2024, 12, 31), "Zákon 222/2004 Z. z. § 27"),
)


def rate(country: str, vat_class: str, on: date) -> Decimal:
    """Percent on that day; a class we do not know is taxed in full. KeyError outside the Union."""
    if vat_class == ZERO:
        return Decimal(0)
    rows = TABLE[country, vat_class if vat_class == REDUCED else STANDARD]
    return next((row.percent for row in rows if row.since <= on), rows[-1].percent)


def _rows(country: str, vat_class: str) -> Iterator[Rate]:
    """All that applied there, newest first."""
    standard, reduced, law = STEADY[country]
    older = [row for row in CHANGED if row[:2] == (country, vat_class)]
    begun = [*(last + timedelta(days=1) for _, _, _, last, _ in older), FIRST]
    now = standard if vat_class == STANDARD else reduced
    yield Rate(country, vat_class, Decimal(now), begun[0], None, law)
    for (_, _, percent, last, source), since in zip(older, begun[1:], strict=True):
        yield Rate(country, vat_class, Decimal(percent), since, last, source)


TABLE = {
    (country, vat_class): tuple(_rows(country, vat_class))
    for country in STEADY
    for vat_class in (STANDARD, REDUCED)
}
