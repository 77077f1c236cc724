"""Where the dashboard leads."""

from __future__ import annotations


def claim_address(pk: int) -> str:
    """The page of a claim. The map of pages fixes it; the admin that serves it stands beside this package."""
    return f"/admin/claims/claim/{pk}/change/"


def hand_over_address(pk: int) -> str:
    """Where the open claims of a reviewer are handed over."""
    return f"/admin/reviews/reviewer/{pk}/hand-over/"


def step_address(pk: int, step: str) -> str:
    """The dialog of a step on a claim, which leads back to the dashboard."""
    return f"/admin/claims/claim/{pk}/step/{step}/?from=desk"
