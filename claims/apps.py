"""The record: what was claimed, where, what was found and decided."""

from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks


class ClaimsConfig(AppConfig):
    """App of the record. It imports nothing from `reviews`."""

    name = "claims"
    verbose_name = "Claims"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let `manage.py check` say what would keep a worker from its work, though not from its start."""
        checks.register(check_seals)


def check_seals(**_: Any) -> list[checks.CheckMessage]:
    """A warning where the directory for daily seals is not there: it may lie on a disk that is away for now."""
    try:
        if not settings.SEAL_DIR or Path(settings.SEAL_DIR).is_dir():
            return []
        why = "is none"
    except OSError as refused:  # this account may not look there, or the disk does not answer
        why = f"cannot be looked at ({refused.strerror})"
    return [checks.Warning(f"SEAL_DIR must be a directory that is there; {settings.SEAL_DIR} {why}.", id="claims.W001")]
