"""What people choose for themselves about the pages they work with."""

from __future__ import annotations

from claims.models import Shortcuts, User


def choose_shortcuts(user: User, choice: Shortcuts) -> None:
    """Keep when single keys act for this person. Nobody else sees or changes it."""
    user.shortcuts = choice
    user.save(update_fields=["shortcuts"])
