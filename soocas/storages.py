"""Where files lie: uploads, what browsers load, and what nobody may reach by an address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

ON_DISK = "django.core.files.storage.FileSystemStorage"
HASHED = "whitenoise.storage.CompressedManifestStaticFilesStorage"


def configured(private: Path, *, hashed: bool) -> dict[str, dict[str, Any]]:
    """``private`` holds people's archives: outside the uploads, and for the shop's user alone."""
    static = HASHED if hashed else "django.contrib.staticfiles.storage.StaticFilesStorage"
    options = {
        "location": private,
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    }
    return {
        "default": {"BACKEND": ON_DISK},
        "private": {"BACKEND": ON_DISK, "OPTIONS": options},
        "staticfiles": {"BACKEND": static},
    }
