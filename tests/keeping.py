"""Where tests keep files: apart from those of whoever works here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings


def files_in(folder: Path) -> dict[str, Any]:
    """The setting STORAGES under which kept files lie in this folder."""
    aside = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    return settings.STORAGES | {"evidence": aside}
