"""The work's periodic tasks. Each carries nothing, may run twice or at once, and finds its work in rows."""

from celery import shared_task

from reviews.services.routing import route_waiting
from reviews.services.verifying import verify_everything


@shared_task(name="reviews.route")
def route() -> None:
    """Give waiting claims to people; what is left waits for the next pass."""
    route_waiting()


# A million claims take longer than other tasks may, yet less than until the broker would hand the message out again.
@shared_task(name="claims.verify", soft_time_limit=240, time_limit=280)
def verify() -> None:
    """Look whether every promise about the stored data holds; the dashboard shows what was found."""
    verify_everything()
