"""Chooses where the sign-in stand-ins will listen, before Django reads its settings.

A test that needs them starts them there. Each worker of xdist has its own.
"""

from __future__ import annotations

import os
import socket

CHOSEN = "SOOCAS_TEST_STAND_INS"
NAMES = ("GOOGLE_URL", "FACEBOOK_URL")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


OURS = [name for name in NAMES if name not in os.environ or CHOSEN in os.environ]
for name in OURS:
    os.environ[name] = f"http://127.0.0.1:{free_port()}"
    os.environ[CHOSEN] = "1"
