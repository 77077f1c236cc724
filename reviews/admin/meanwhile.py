"""What became of a claim while somebody wrote in a form of its page: who did what, for whoever is refused there."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, QueryDict

from claims.actors import ActorKind
from claims.admin.base import now_of, number_in, viewer_of
from claims.admin.forms import PlainForm
from claims.errors import StaleVersion
from reviews.admin.step_forms import EditStep, OwnDateStep
from reviews.services.claimpage import ClaimPage
from reviews.services.heard import look_who_heard
from reviews.services.timeline import Entry, entries


def meanwhile(
    request: HttpRequest, page: ClaimPage, form: PlainForm | None, stale: StaleVersion | None, *, refused: bool
) -> dict[str, Any]:
    """What was done since the form was read, where that is why it was not taken: it is `stale`, or `refused`.

    A stale form goes on with the version that is current now.
    """
    if form is None or not form.is_bound or not (stale or refused):
        return {}
    changes = _since(request, page, form, also_own=stale is not None)
    if stale is not None:
        _go_on(request, page, form)
    return {"stale": stale, "changes": changes}


def _since(request: HttpRequest, page: ClaimPage, form: PlainForm, *, also_own: bool) -> list[Entry]:
    """The steps since then; where they are the reader's own alone, only `also_own`. None for a form that does not say
    what was read: it would be the whole history.
    """
    me, seen = request.user.pk, number_in(form.data.get("seen"))
    since = [event for event in page.events if event.seq > seen] if seen else []
    others = any((event.actor_kind, event.actor_id) != (ActorKind.PERSON, me) for event in since)
    if not others and not also_own:
        return []
    look_who_heard(since, viewer_of(request))
    return entries(since, now_of(request), me)


def _go_on(request: HttpRequest, page: ClaimPage, form: PlainForm) -> None:
    if isinstance(form, (EditStep, OwnDateStep)):
        form.go_on_from(type(form)(page=page, viewer=viewer_of(request)))
        return
    current = cast(QueryDict, form.data).copy()
    current["version"], current["seen"] = str(page.claim.version), str(page.claim.head.event_seq)
    form.data = current
