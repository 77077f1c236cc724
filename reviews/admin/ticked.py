"""Claims that were ticked, as an address names them: which, what was read of each, and which leads the dialog."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from claims.admin.base import now_of, number_in, viewer_of
from claims.errors import NotFound
from claims.lifecycle import Action
from claims.models import Claim, ClaimEvent
from claims.permissions import visible_claims
from reviews.models import Assignment
from reviews.services.claimpage import ClaimPage, read_claim
from reviews.services.queue import PAGE
from reviews.services.rowsteps import steps_of, with_seats

# What is done with several claims at once. Any other step is a matter of one claim: its words, its date, its verdict.
ON_SEVERAL = frozenset(
    {Action.ACCEPT, Action.HAND_OVER, Action.WAIT, Action.SET_DUE, Action.CHANGE_DESK, Action.DISMISS, Action.DECLINE}
)
# Where rows are ticked, by the name that an address has for it.
LISTS = MappingProxyType({"claims": "admin:claims_claim_changelist", "queue": "admin:index"})


def seq_of(request: HttpRequest) -> int | None:
    """The number of the event that the address asks to take back; 0, which no event has, for what is no number."""
    return number_in(request.GET["seq"]) if "seq" in request.GET else None


def came_from(request: HttpRequest) -> str:
    """The dashboard, or the list of claims or the queue with filter and page, for whoever came from there; else empty.

    The address names the place and the list's own query, never where that is: it leads nowhere else.
    """
    place, _mark, query = request.GET.get("from", "").partition("?")
    if place in LISTS:
        shown = reverse(LISTS[place])
        return f"{shown}?{QueryDict(query).urlencode()}" if query else shown
    return reverse("desk:overview") if place == "desk" else ""


def _from(request: HttpRequest) -> list[tuple[str, str]]:
    """The same as an address says it."""
    return [("from", request.GET["from"])] if came_from(request) else []


def undoing_of(request: HttpRequest, claim_id: int, seq: int) -> str:
    """The address that takes this very step of the claim back, and no other."""
    address = reverse("admin:claims_claim_step", args=[claim_id, "undo"])
    return f"{address}?{urlencode([('seq', str(seq)), *_from(request)])}"


def undoing_of_all(request: HttpRequest, taken: Mapping[int, ClaimEvent | None]) -> str:
    """The address that takes these very steps back, each claim with the number of its event."""
    named = [("claims", mark(number, event.seq)) for number, event in taken.items() if event]
    return f"{reverse('admin:claims_claim_taken_back')}?{urlencode([*named, *_from(request)])}"


def pairs(words: Iterable[str]) -> Iterator[tuple[int, int]]:
    """ "39.2" as 39 and 2, as often as it is named once; 0 for what is no number."""
    for one in dict.fromkeys(words):
        claim, _dot, beside = one.partition(".")
        yield number_in(claim), number_in(beside)


def mark(claim: int, version: int) -> str:
    """A claim as an address names it, with the version that was read."""
    return f"{claim}.{version}" if version else str(claim)


def read_at(request: HttpRequest, field: str, but: int = 0) -> dict[int, int]:
    """The claims that the address names, seen or not, each with the version that whoever ticked it had read.

    0 where the address names none. No more than a page of the queue has; `but` is left out.
    """
    named = list(pairs(request.GET.getlist(field)))[:PAGE]
    return {claim: version for claim, version in named if claim not in {0, but}}


def others_of(request: HttpRequest, step: Action, claim_id: int) -> dict[int, int]:
    """The claims that the dialog's step is taken on with its own; none where the step is for one claim alone."""
    return read_at(request, "also", but=claim_id) if step in ON_SEVERAL else {}


def chosen(request: HttpRequest, wanted: Collection[int]) -> list[Claim]:
    """Those of the claims that the reader sees, in that order."""
    if not wanted:
        return []
    seen = visible_claims(viewer_of(request), now_of(request)).filter(pk__in=wanted)
    rows = {claim.pk: claim for claim in with_seats(seen.select_related("desk"))}
    return [rows[number] for number in wanted if number in rows]


def missing(request: HttpRequest, claim_id: int) -> Http404:
    """The answer for a claim that there is none of, or that the reader does not see; who had a seat there lost it."""
    if Assignment.objects.filter(claim=claim_id, reviewer__user=request.user.pk).exists():
        kept = gettext("What you wrote there is kept under “Your drafts”.")
        return Http404(f"#{claim_id}: {gettext('It is not open to you any more.')} {kept}")
    return Http404(f"{none_of(claim_id)} {gettext('It may have been merged; search for its words.')}")


def none_of(claim_id: int) -> str:
    """What is said of a claim that there is none of, or none that the reader sees."""
    return f"There is no claim #{claim_id}."


def dialog_of(request: HttpRequest, step: str, lead: int, others: Mapping[int, int]) -> str:
    """The address of the dialog on one claim, with the others in it and where the reader came from."""
    address = reverse("admin:claims_claim_step", args=[lead, step])
    asked = [*_from(request), *(("also", mark(number, version)) for number, version in others.items())]
    return f"{address}?{urlencode(asked)}" if asked else address


def lead_of(request: HttpRequest, step: Action, read: Mapping[int, int]) -> int | None:
    """The first claim that stands as it was read and offers the step, else the first that stands."""
    stand = [claim for claim in chosen(request, read) if read[claim.pk] in {0, claim.version}]
    able = (claim.pk for claim in stand if _able(request, step, claim))
    return next(able, stand[0].pk if stand else None)


def _able(request: HttpRequest, step: Action, claim: Claim) -> bool:
    """Whether the row of the claim offers the step, and its page, which looks closer, too."""
    return bool(steps_of(claim, viewer_of(request), (step,))) and offers(page_seen(request, claim.pk), step)


def offers(page: ClaimPage | None, step: Action) -> bool:
    """Whether the step is possible on the claim as far as can be said before it is taken."""
    return page is not None and (step not in page.offers or page.offers[step].allowed)


def page_seen(request: HttpRequest, claim_id: int) -> ClaimPage | None:
    """What there is to read of the claim; None for one that the reader does not see."""
    try:
        return read_claim(claim_id, viewer_of(request), now_of(request))
    except NotFound:
        return None


@dataclass(frozen=True)
class Led:
    """The claim whose dialog answers, the others with what was read of each, and what was sent, as if for that claim.

    `instead` says that it is not the claim of the address.
    """

    page: ClaimPage
    also: dict[int, int]
    sent: QueryDict | None
    instead: bool = False

    @property
    def all(self) -> dict[int, int]:
        """Every one of them, each with what was read of it."""
        return {self.page.claim.pk: number_in(self.sent.get("version")) if self.sent else 0, **self.also}


def led_by(request: HttpRequest, step: Action, claim_id: int) -> Led | None:
    """The claim of the address, or, where the step went from it, the next of the others that offers it.

    The one that led is then one of the others and refused by name with them: one claim that was accepted, or moved out
    of sight, while the dialog was open would bar the step from all. None where there is nothing to show.
    """
    sent: QueryDict | None = request.POST if request.method == "POST" else None
    also, own = others_of(request, step, claim_id), page_seen(request, claim_id)
    number = None if not also or offers(own, step) else lead_of(request, step, also)
    page = page_seen(request, number) if number else None
    if page is None or (own is not None and not offers(page, step)):
        return Led(own, also, sent) if own else None
    version, read = number_in(sent.get("version")) if sent is not None else 0, also.pop(page.claim.pk)
    return Led(page, {claim_id: version, **also}, _sent_for(page, read, sent), instead=True)


def _sent_for(page: ClaimPage, read: int, sent: QueryDict | None) -> QueryDict | None:
    """What was sent for the claim that led, without what is true of that one alone."""
    if sent is None:
        return None
    given: QueryDict = sent.copy()
    given["version"] = str(read or page.claim.version)
    for name in ("seen", "seat"):
        given.pop(name, None)
    return given
