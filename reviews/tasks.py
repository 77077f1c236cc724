"""The work's periodic tasks. Each carries nothing, may run twice or at once, and finds its work in rows."""

from celery import shared_task

from reviews.services.embargoes import bring_home
from reviews.services.escalation import carry_out
from reviews.services.importnotices import tell_failed_imports
from reviews.services.leaving import release_gone, settle_absences, take_back_standing
from reviews.services.mailing import make_digests, send_letters
from reviews.services.notices import make_notices
from reviews.services.ownership import write_to_owners
from reviews.services.resettling import settle_asked
from reviews.services.routing import route_waiting
from reviews.services.stillness import flag_standstill
from reviews.services.verifying import verify_everything


@shared_task(name="reviews.route")
def route() -> None:
    """Give waiting claims to people; what is left waits for the next pass."""
    route_waiting()


@shared_task(name="reviews.settle")
def settle() -> None:
    """Bring claims back to the desk of an article under embargo, and settle those anew that somebody asked for."""
    bring_home()
    settle_asked()


@shared_task(name="reviews.notices")
def notices() -> None:
    """Write down who is to be told of what has happened since the last pass."""
    make_notices()
    tell_failed_imports()


@shared_task(name="reviews.letters")
def letters() -> None:
    """Send the letters that are due."""
    send_letters()


@shared_task(name="reviews.digests")
def digests() -> None:
    """Make the daily digests that are due, and the letters about webhooks that were switched off."""
    make_digests()
    write_to_owners()


@shared_task(name="reviews.tend")
def tend() -> None:
    """Settle the claims of people who went away or left, and mark the claims that stand still."""
    settle_absences()
    release_gone()
    take_back_standing()
    flag_standstill()


@shared_task(name="reviews.escalations")
def escalations() -> None:
    """Return to the pool what a desk's ladder takes away from whoever is late."""
    carry_out()


# A million claims take longer than other tasks may, yet less than until the broker would hand the message out again.
@shared_task(name="claims.verify", soft_time_limit=240, time_limit=280)
def verify() -> None:
    """Look whether every promise about the stored data holds; the dashboard shows what was found."""
    verify_everything()
