"""What the page of a claim says of its judging: what is asked, what a verdict given now leads to, who may take part."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from claims.lifecycle import Action, Role, State
from claims.permissions import Viewer
from reviews.models import AssignmentStatus, Part, PolicyKind, Review
from reviews.services.claimpage import ClaimPage
from reviews.services.editing import why_not_judge
from reviews.services.reviewing import step_back


def judging(page: ClaimPage, viewer: Viewer) -> dict[str, Any]:
    """What `reviews/claim.html` shows of it."""
    may_take, why_not = _may_take(page, viewer), _why_not_editor(page, viewer)
    may_judge = "" if why_not else _may_judge(page)
    return {
        "may_take": may_take,
        "may_judge": may_judge,
        "verdict_refusal": _verdict_refusal(page),
        "no_verdict_yet": _no_verdict_yet(page, may_judge, why_not, may_take=may_take),
        "verdict_button": _("Settle the disagreement") if _settles(page) else _("Record verdict"),
        "need": need(page),
        "what_next": what_next(page),
        "review_in": _review_in(page),
    }


def need(page: ClaimPage) -> str:
    """What a verdict leads to, with the name of the policy that asks for it; empty when one verdict decides."""
    if _settles(page):
        return _("Yours settles it. Neither answer has to be one that was given before; say why in your own words.")
    asked, name = page.seats.asked, page.policy.name if page.policy else ""
    if page.opinion is not None:
        desk = page.claim.desk.name if page.claim.desk else ""
        named = ", ".join(part for part in (_("%(desk)s desk") % {"desk": desk}, name) if part)
        return _("Needs a second opinion: %(named)s. %(blind)s") % {"named": named, "blind": _blind(page)}
    if page.policy is not None and page.policy.kind == PolicyKind.WITH_EDITOR:
        said = _("Needs a second judgement by an editor: %(name)s. %(blind)s") % {"name": name, "blind": _blind(page)}
        counts = page.claim.desk is not None and page.claim.desk.min_origins > 1
        if counts and page.mine is not None and page.mine.part == Part.REVIEW:
            return f"{said} {_('Whether there are enough origins is theirs to answer for.')}"
        return said
    if asked.judges > 1:
        return _("%(name)s: %(agreeing)d of %(judges)d independent reviews must agree. %(blind)s") % {
            "name": name,
            "agreeing": asked.agreeing,
            "judges": asked.judges,
            "blind": _("Nobody sees another's verdict until the claim is decided."),
        }
    return ""


def what_next(page: ClaimPage) -> str:
    """What follows for somebody whose own review of the running round is in; empty where nothing more is awaited.

    It says who is still asked, never what anybody answered.
    """
    if page.my_review is None or page.claim.state != State.SECOND_OPINION:
        return ""
    if page.seats.split:
        return _("The reviews differ. An adjudicator settles it.")
    done = [part for part, _seat, status in page.seats.held if status == AssignmentStatus.COMPLETED]
    if page.seats.asked.judges - len(done) > 1:
        return _("The other reviewers do not see yours until theirs are recorded.")
    if page.seats.asked.editor and Part.EDITOR not in done:
        return _("The editor does not see yours until theirs is recorded.")
    return _("The second reviewer does not see yours until theirs is recorded.")


def _review_in(page: ClaimPage) -> str:
    """What the foot of the page says instead of a button to somebody who has judged and has nothing more to do here."""
    if page.my_review is None or page.mine is not None or _verdict_refusal(page) == "":
        return ""
    if page.claim.state == State.DECIDED:
        return _("Your review is recorded, and the claim is decided.")
    return " ".join(filter(None, (_("Your review is recorded."), what_next(page))))


def liked(page: ClaimPage, number: str) -> Review | None:
    """The review of those that differ whose answers somebody who settles it wants to begin with."""
    return next((one for one in page.differing if str(one.pk) == number), None) if _settles(page) else None


def _blind(page: ClaimPage) -> str:
    """Who does not see whose verdict: to the first, that theirs is hidden; to the others, that they will not see it."""
    if any(status == "completed" for _part, _seat, status in page.seats.held):
        return _("You do not see a verdict given before until the claim is decided.")
    if page.mine is not None and page.seats.asked.editor and page.opinion is None:
        return _("The editor does not see your verdict until theirs is recorded.")
    return _("The second reviewer does not see your verdict until theirs is recorded.")


def why_not_assign(page: ClaimPage) -> str:
    """Why nobody can be put on the claim now; empty when somebody can."""
    refused = _refusal(page, Action.ASSIGN)
    if refused or page.seats.free(Part.REVIEW) or page.seats.editors:
        return refused
    return _("Everybody who is asked is there. Hand over a seat instead.")


def _may_take(page: ClaimPage, viewer: Viewer) -> bool:
    """Whether the claim waits in the pool of somebody who reviews there."""
    there = page.claim.desk_id in viewer.reviewer_of
    done = page.mine is not None or page.my_review is not None
    return there and not done and bool(page.seats.free(Part.REVIEW)) and _refusal(page, Action.ASSIGN) == ""


def _may_judge(page: ClaimPage) -> str:
    """The words of the button with which an editor takes the seat that waits for one; empty where none does."""
    done = page.mine is not None or page.my_review is not None
    if done or Role.EDITOR not in page.roles or _refusal(page, Action.ASSIGN):
        return ""
    words = {Part.ADJUDICATION: _("Settle it yourself"), Part.EDITOR: _("Give the second judgement")}
    return words.get(page.seats.editors, "") if page.seats.editors else ""


def _why_not_editor(page: ClaimPage, viewer: Viewer) -> str:
    """Why the editor who looks may not take the seat that waits for one; empty where they may, or none waits."""
    waits = page.seats.editors is not None and page.my_review is None and page.mine is None
    if not waits or viewer.user is None or Role.EDITOR not in page.roles:
        return ""
    return why_not_judge(page.claim, viewer.user)


def _settles(page: ClaimPage) -> bool:
    return page.mine is not None and page.mine.part == Part.ADJUDICATION


def _verdict_refusal(page: ClaimPage) -> str:
    """Why no verdict can be recorded by this person now; empty when it can."""
    refused = _refusal(page, Action.ADJUDICATE if _settles(page) else Action.SUBMIT_REVIEW)
    return refused or (step_back(page.interests) if page.interests else "")


def _no_verdict_yet(page: ClaimPage, may_judge: str, why_not: str, *, may_take: bool) -> str:
    """What stands where the verdict would: how to come to give one, or why there is none to give."""
    if may_take:
        return _("Take this claim to record a verdict.")
    if may_judge:
        return _("“%(button)s” opens the form.") % {"button": may_judge}
    return why_not or _verdict_refusal(page)


def _refusal(page: ClaimPage, action: Action) -> str:
    offer = page.offers.get(action)
    return "" if offer is None or offer.allowed else offer.sentence
