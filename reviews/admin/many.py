"""Several claims of the queue at once: the dialog of one step, whose form is then sent for each of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import action
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from claims.admin.base import belongs, now_of, number_in, viewer_of
from claims.errors import StaleVersion
from claims.lifecycle import Action
from claims.models import Claim, ClaimEvent
from claims.permissions import Viewer, visible_claims
from claims.services.onebyone import Stepped, step_on_each
from reviews.admin.step_forms import StepForm
from reviews.admin.steps import DIALOGS, Dialog
from reviews.admin.ticked import (
    ON_SEVERAL,
    came_from,
    chosen,
    dialog_of,
    lead_of,
    mark,
    missing,
    none_of,
    others_of,
    pairs,
    read_at,
    undoing_of_all,
)
from reviews.services.acting import act
from reviews.services.queue import PAGE

STEPS: Mapping[Action, Any] = MappingProxyType(
    {
        Action.HAND_OVER: _("Hand over"),
        Action.WAIT: _("Wait"),
        Action.SET_DUE: _("Change review due"),
        Action.CHANGE_DESK: _("Change desk"),
        Action.DISMISS: _("Dismiss"),
    }
)


READ = "read"  # the field of a row that says which version of its claim it shows
MOVED = _("Somebody changed it after you ticked it, so nothing was done with it. Look at it, then repeat the step.")
THERE = _("On the desk %(desk)s already, so nothing was done.")


def offered(viewer: Viewer) -> list[tuple[Action, Any, str]]:
    """The steps that somebody may take on several claims of their queue: each with its words and its key."""
    gives_away = viewer.is_administrator or viewer.editor_of
    steps = [step for step in STEPS if gives_away or step != Action.CHANGE_DESK]
    return [(step, STEPS[step], DIALOGS[step].key) for step in steps]


def named(claims: Collection[int]) -> str:
    """ "#39, #50", all of them: whoever is refused has to know which."""
    return ", ".join(f"#{number}" for number in claims)


def title_for(dialog: Dialog, others: int) -> str:
    """What a dialog is called that takes its step on a claim, and on so many `others` with it."""
    if not others:
        return str(dialog.title)
    return gettext("%(step)s: %(n)d claims") % {"step": STEPS.get(dialog.action, dialog.button), "n": 1 + others}


def _on_ticked(step: Action, words: Any) -> Callable[..., HttpResponse | None]:
    """The entry of the list of claims that opens the dialog of a step on the ticked rows."""

    @action(description=words)
    def go(_admin: object, request: HttpRequest, ticked: QuerySet[Claim]) -> HttpResponse | None:
        read, claims = dict(pairs(request.POST.getlist(READ))), _ticked(request, ticked)
        if len(claims) > PAGE:
            messages.warning(request, gettext("At most %(most)d at a time. Tick fewer.") % {"most": PAGE})
            return None
        place = f"claims?{request.GET.urlencode()}"
        marks = [("claims", mark(number, read.get(number, 0))) for number in claims]
        asked = urlencode([("step", step), ("from", place), *marks])
        return redirect(f"{reverse('admin:claims_claim_many')}?{asked}")

    go.__name__ = f"{step}_ticked"
    return go


def _ticked(request: HttpRequest, rows: QuerySet[Claim]) -> list[int]:
    """The claims whose boxes are ticked, also those that have left the list since; all of the list where that is asked.

    Django's own rows are what the filter of the list still finds: a claim that a colleague accepted is missing there.
    """
    if number_in(request.POST.get("select_across")):
        return list(rows.values_list("pk", flat=True)[: PAGE + 1])
    boxes = request.POST.getlist(ACTION_CHECKBOX_NAME)
    return [number for number in dict.fromkeys(map(number_in, boxes)) if number]


class ManyPages:
    """The way from the ticked rows of the queue, or of the list of claims, to the dialog of a step."""

    actions: Any = (_on_ticked(Action.ACCEPT, _("Accept")), *(_on_ticked(step, words) for step, words in STEPS.items()))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """For whoever judges which claims are checked; what one of them refuses is said by its name."""
        viewer = viewer_of(request)
        theirs = viewer.is_administrator or viewer.editor_of or viewer.triager_of
        return super().get_actions(request) if theirs else {}  # type: ignore[misc]  # beside a ModelAdmin

    def action_checkbox(self, obj: Claim) -> SafeString:
        """The box of a row, and which version of the claim the row shows."""
        box = super().action_checkbox(obj)  # type: ignore[misc]  # beside a ModelAdmin
        return format_html('{}<input type="hidden" name="{}" value="{}">', box, READ, mark(obj.pk, obj.version))

    def many_pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        """Addresses, views and names."""
        return [("steps/", self.many_view, "many"), ("taken-back/", self.taken_back_view, "taken_back")]

    def many_view(self, request: HttpRequest) -> HttpResponse:
        """Open the dialog on the first claim that offers the step; the others go with it in the address.

        So does one that has left the reader's sight since it was ticked: it is refused by name with the rest. So is one
        that somebody changed since, which is why the address says what was read, and why it does not lead. Where
        nothing stands as it was read, all of them are left alone. Where the list did not say that, it is what stands
        there now.
        """
        if not belongs(request):
            raise PermissionDenied
        read, step = read_at(request, "claims"), request.GET.get("step", "")
        if not read or step not in ON_SEVERAL:
            return redirect(came_from(request) or "admin:index")
        now = {claim.pk: claim.version for claim in chosen(request, read)}
        lead = lead_of(request, Action(step), read)
        if lead is None:
            return leave_alone(request, read)
        others = {number: version or now.get(number, 0) for number, version in read.items() if number != lead}
        return redirect(dialog_of(request, step, lead, others))

    def taken_back_view(self, request: HttpRequest) -> HttpResponse:
        """Take a step of the reader back on each claim that the address names; one by one, as it was taken.

        The address names the event, too: whoever has done something else since, perhaps in another window, gets that
        claim refused by name. A claim that this very step took out of their sight comes back with the others.
        """
        if not belongs(request):
            raise PermissionDenied
        if request.method == "POST":
            asked = list(pairs(request.GET.getlist("claims")))[:PAGE]
            seqs = {claim: seq for claim, seq in asked if claim and seq}
            if not seqs or not all(map(all, asked)):
                messages.warning(request, gettext("The address does not say which step of which claim to take back."))
            stepped = step_on_each(seqs, lambda number: act(number, Action.UNDO, viewer_of(request), seq=seqs[number]))
            _say(request, stepped, stepped.done, DIALOGS["undo"].done)
        return redirect(came_from(request) or "admin:index")


def there_already(request: HttpRequest, dialog: Dialog, form: StepForm, claims: Collection[int]) -> list[int]:
    """Which of several claims are on the desk that is chosen for them; none when all are, which the form refuses."""
    if dialog.action != Action.CHANGE_DESK:
        return []
    seen = visible_claims(viewer_of(request), now_of(request)).filter(pk__in=claims, desk=form.cleaned_data["desk"])
    there = set(seen.values_list("pk", flat=True))
    return [number for number in claims if number in there] if len(there) < len(claims) else []


def take_on_each(
    request: HttpRequest,
    dialog: Dialog,
    form: StepForm,
    lead: Mapping[int, ClaimEvent | None],
    also: Mapping[int, int],
    *,
    there: Collection[int] | None = None,
) -> HttpResponseRedirect:
    """The step was taken on `lead`; take it on these also, each by itself: what one refuses stops no other.

    `lead` is empty where the claim that led went meanwhile: then it is one of these. Each is looked at again under its
    own lock: one of another version than was read is left alone. So are those that are `there` already. One that the
    reader does not see any more is refused by name like any other.
    """
    form.cleaned_data.pop("seat", None)  # it named somebody's seat on the first claim
    if there is None:
        there = there_already(request, dialog, form, also)
    taken = {number: event for number, event in lead.items() if number not in there}
    desk = form.cleaned_data.get("desk")
    at_home = Claim.objects.filter(pk__in=also, desk__isnull=False).values_list("pk", flat=True)
    own = set(at_home) if dialog.action == Action.ACCEPT else set()

    def one(number: int) -> None:
        form.cleaned_data["version"] = also[number] or None
        if own:  # a claim is accepted for the desk it has
            form.cleaned_data["desk"] = None if number in own else desk
        try:
            taken[number] = dialog.run(number, form, viewer_of(request))
        except StaleVersion as moved:
            raise StaleVersion(str(MOVED)) from moved

    stepped = step_on_each([number for number in also if number not in there], one)
    if there:
        messages.info(request, f"{named(there)}: {THERE % {'desk': desk}}")
    back = undoing_of_all(request, taken) if dialog.undoable else ""
    _say(request, stepped, list(taken), form.done() or dialog.done, back)
    return redirect(came_from(request) or "admin:index")


def leave_alone(request: HttpRequest, claims: Collection[int]) -> HttpResponseRedirect:
    """Say of each claim why nothing is done with it: somebody changed it, or it is none that the reader sees."""
    seen, refused = {claim.pk for claim in chosen(request, claims)}, dict[str, list[int]]()
    for number in claims:
        refused.setdefault(str(MOVED) if number in seen else none_of(number), []).append(number)
    _say(request, Stepped(refused=refused), (), "")
    return redirect(came_from(request) or "admin:index")


def without_lead(request: HttpRequest, step: Action, claim_id: int) -> HttpResponseRedirect:
    """Answer for a dialog whose claim the reader does not see, and that no other leads: what it was to be done on."""
    also = others_of(request, step, claim_id)
    if not also:
        raise missing(request, claim_id)
    return leave_alone(request, [claim_id, *also])


def _say(request: HttpRequest, stepped: Stepped, done: Sequence[int], what: Any, back: str = "") -> None:
    """What became of each claim. `back` is the address that takes it all back."""
    for sentence, refusing in stepped.refused.items():
        messages.warning(request, f"{named(refusing)}: {sentence}")
    if stepped.left:
        words = gettext("There was no time for %(claims)s: nothing was done with them.")
        messages.warning(request, words % {"claims": named(stepped.left)})
    if done:
        words = ngettext("%(number)d claim: %(done)s", "%(number)d claims: %(done)s", len(done))
        messages.success(request, words % {"number": len(done), "done": what}, extra_tags=back)
