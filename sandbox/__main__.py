"""``python -m sandbox``: run the shop from a checkout, or only what it stands on."""

from __future__ import annotations

import sys

from sandbox.launcher import cli

sys.exit(cli.main(sys.argv[1:]))
