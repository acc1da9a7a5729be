"""``python -m tests.drills [--checkouts 300] [--at-once 8] [--seed 1]``: see ``drill.py``.

Ends with 1 on any difference.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.browser.shop import running
from tests.drills.drill import Plan, Report, run


def table(title: str, rows: Counter[str]) -> None:
    print(f"\n{title}")
    for name, count in sorted(rows.items()):
        print(f"  {count:6}  {name}")


def tell(report: Report) -> None:
    faults = Counter(
        {f"{on}: {kind}": n for on, kinds in report.played.items() for kind, n in kinds.items()}
    )
    table("Buyers", report.buyers)
    table("Orders", report.orders)
    table(f"Faults survived ({sum(faults.values())})", faults)
    table("Done at PayPal", report.meddled)
    table("Refunds", report.refunds)
    table("Killed", report.killed)
    print(f"\n{report.took:.0f} s, {len(report.differences)} differences")
    for difference in report.differences:
        print(f"  {difference}")


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    options.add_argument("--checkouts", type=int, default=Plan.checkouts)
    options.add_argument("--at-once", type=int, default=Plan.at_once)
    options.add_argument("--seed", type=int, default=Plan.seed)
    options.add_argument("--keep", type=Path, help="a folder for the shop, kept afterwards")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="soocas-drill-") as folder:
        var = (given.keep or Path(folder)) / "var"
        var.parent.mkdir(parents=True, exist_ok=True)
        with running(var) as shop:
            report = run(shop, Plan(given.checkouts, given.at_once, given.seed))
    tell(report)
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
