"""The page of one claim: read, judge and act on it. Every button ends in the service the API uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from claims.admin.base import belongs, now_of, number_in, viewer_of, words_in
from claims.admin.claims import ClaimListAdmin
from claims.admin.moments import zone_names
from claims.errors import ClaimDeskError, StaleVersion
from claims.lifecycle import Action
from claims.models import Claim
from claims.permissions import visible_claims
from claims.services.evidence import add_evidence, note_sight
from claims.services.undoing import gave_away
from reviews.admin.claimview import shown
from reviews.admin.drafts import DraftPages
from reviews.admin.evidence_pages import EvidencePages, note_whole_page
from reviews.admin.judging import liked, why_not_assign
from reviews.admin.many import ManyPages, take_on_each, there_already, title_for, without_lead
from reviews.admin.meanwhile import meanwhile
from reviews.admin.passage_pages import PassagePages
from reviews.admin.preview import preview_of
from reviews.admin.rows import row_of
from reviews.admin.similar_pages import SimilarPages
from reviews.admin.step_forms import StepForm
from reviews.admin.steps import DIALOGS, Dialog
from reviews.admin.ticked import Led, came_from, chosen, dialog_of, led_by, missing, page_seen, seq_of, undoing_of
from reviews.admin.verdicts import EvidenceForm, VerdictForm, answers_from
from reviews.services import queue
from reviews.services.acting import act, acting_on
from reviews.services.claimpage import ClaimPage
from reviews.services.pool import take_next
from reviews.services.queueplaces import next_of_mine
from reviews.services.reviewing import start_if_queued, submit_review

CLAIM = "admin:claims_claim_change"


@admin.register(Claim)
class ClaimAdmin(EvidencePages, PassagePages, SimilarPages, ManyPages, DraftPages, ClaimListAdmin):
    """The list of claims, and the page of one."""

    def get_urls(self) -> list[URLPattern]:
        """Our own pages beside the theme's."""
        own: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("take-next/", self.take_next_view, "take_next"),
            ("<int:claim_id>/preview/", self.preview_view, "preview"),
            ("<int:claim_id>/review/", self.review_view, "review"),
            ("<int:claim_id>/evidence/", self.evidence_view, "evidence"),
            ("<int:claim_id>/step/<str:name>/", self.step_view, "step"),
            *self.evidence_pages(),
            *self.passage_pages(),
            *self.similar_pages(),
            *self.many_pages(),
            *self.draft_pages(),
        ]
        wrap = self.admin_site.admin_view
        urls = [path(where, wrap(view), name=f"claims_claim_{name}") for where, view, name in own]
        return urls + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of one claim. Nothing is saved here; its forms have addresses of their own."""
        page = self.page_of(request, number_in(object_id))
        return self._claim(request, page)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """History is the timeline of the claim's own page."""
        return redirect(CLAIM, object_id)

    def take_next_view(self, request: HttpRequest) -> HttpResponse:
        """Take the pool claim that suits best, and open it."""
        self._check(request)
        if request.method != "POST":
            return redirect("admin:index")
        try:
            claim = take_next(viewer_of(request))
        except ClaimDeskError as refusal:
            messages.warning(request, refusal.message)
            return redirect("admin:index")
        messages.success(request, _("#%(number)d is yours.") % {"number": claim.pk})
        return redirect(CLAIM, claim.pk)

    def preview_view(self, request: HttpRequest, claim_id: int) -> HttpResponse:
        """The pane beside the queue, for one row."""
        self._check(request)
        now = now_of(request)
        claim = queue.shown(self.get_queryset(request).filter(pk=claim_id), viewer_of(request)).first()
        if claim is None:
            raise Http404
        context = {"preview": preview_of(row_of(claim, now), viewer_of(request)), "now": now}
        return TemplateResponse(request, "reviews/queue_preview.html", context)

    def review_view(self, request: HttpRequest, claim_id: int) -> HttpResponse:
        """Record one's verdict; the next claim opens afterwards."""
        page = self.page_of(request, claim_id)
        if request.method != "POST":
            return redirect(CLAIM, claim_id)
        form = VerdictForm(request.POST, claim=page.claim, viewer=page.viewer)
        if form.is_valid() and self._submitted(request, page, form):
            return self._onwards(request, claim_id, stay=not form.cleaned_data["go_on"])
        return self._claim(request, page, verdict=form)

    def _submitted(self, request: HttpRequest, page: ClaimPage, form: VerdictForm) -> bool:
        given = form.cleaned_data
        after = next_of_mine(page.claim.pk, viewer_of(request), now_of(request))
        try:
            with acting_on(page.claim.pk, viewer_of(request), given["version"]) as acting:
                reason = given["exception_reason"]
                submit_review(acting.held, acting.mine, answers_from(given), by=acting.by, exception_reason=reason)
                state = acting.held.claim.get_state_display()
        except ClaimDeskError as refusal:
            form.refuse(refusal)
            return False
        request.claimdesk_next = after  # type: ignore[attr-defined]  # what was next before this one left the queue
        words = _("Verdict recorded on #%(number)d. Its state: %(state)s.")
        messages.success(request, words % {"number": page.claim.pk, "state": state})
        return True

    def _onwards(self, request: HttpRequest, claim_id: int, *, stay: bool) -> HttpResponse:
        after = getattr(request, "claimdesk_next", None)
        if stay:
            return redirect(CLAIM, claim_id)
        if after is None:
            messages.info(request, _("No other claim is in your queue."))
            return redirect("admin:index")
        return redirect(CLAIM, after)

    def evidence_view(self, request: HttpRequest, claim_id: int) -> HttpResponse:
        """Add one piece of evidence. The first one of somebody on the claim starts the review."""
        page = self.page_of(request, claim_id)
        if request.method != "POST":
            return redirect(CLAIM, claim_id)
        form = EvidenceForm(request.POST, request.FILES, known=page.evidence)
        if form.is_valid():
            try:
                given = form.given()
                with acting_on(claim_id, viewer_of(request)) as acting:
                    start_if_queued(acting.held, by=acting.by)
                    add_evidence(acting.held, given, by=acting.by, user=viewer_of(request).user)
            except ClaimDeskError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("Evidence added."))
                return redirect(f"{_address(claim_id)}#evidence")
        return self._claim(request, page, evidence=form)

    def step_view(self, request: HttpRequest, claim_id: int, name: str) -> HttpResponse:
        """One step as a page of its own: works without script, keeps the text when it is refused."""
        if name not in DIALOGS:
            raise Http404
        if name == "undo" and request.method == "POST":
            return self._take_back(request, claim_id)
        self._check(request)
        dialog = DIALOGS[name]
        led = led_by(request, dialog.action, claim_id)
        if led is None:
            return without_lead(request, dialog.action, claim_id)
        if led.instead and led.sent is None:
            return redirect(dialog_of(request, name, led.page.claim.pk, led.also))
        search, seq = words_in(request.GET.get("q")), seq_of(request)
        form = dialog.form(led.sent, page=led.page, viewer=viewer_of(request), search=search, seq=seq)
        if led.sent is None or not form.is_valid():
            return self._dialog(request, led, dialog, form)
        if led.instead:
            return take_on_each(request, dialog, form, {}, led.all)
        return self._take(request, led, dialog, form)

    def _take(self, request: HttpRequest, led: Led, dialog: Dialog, form: StepForm) -> HttpResponse:
        """Take the step on the claim whose dialog it is, and then on the others. Where that claim refuses, on none."""
        claim_id, also = led.page.claim.pk, led.also
        after = next_of_mine(claim_id, viewer_of(request), now_of(request)) if dialog.leaves else None
        there = there_already(request, dialog, form, [claim_id, *also])
        try:
            taken = None if claim_id in there else dialog.run(claim_id, form, viewer_of(request))
        except StaleVersion as refusal:
            return self._dialog(request, led, dialog, form, stale=refusal)
        except ClaimDeskError as refusal:
            form.refuse(refusal)
            return self._dialog(request, led, dialog, form)
        if also:
            return take_on_each(request, dialog, form, {claim_id: taken}, also, there=there)
        tag = undoing_of(request, claim_id, taken.seq) if dialog.undoable and taken else ""
        messages.success(request, f"#{claim_id}: {form.done() or dialog.done}", extra_tags=tag)
        if came_from(request):
            return redirect(came_from(request))
        return redirect(CLAIM, after) if after else self._back(request, dialog, claim_id)

    def _take_back(self, request: HttpRequest, claim_id: int) -> HttpResponse:
        """Undo, and say what came of it. Who gave the claim to another desk may no longer see it, and yet undo that."""
        self._check(request)
        if not (self._sees(request, claim_id) or gave_away(claim_id, viewer_of(request).user)):
            raise Http404
        try:
            act(claim_id, Action.UNDO, viewer_of(request), seq=seq_of(request))
        except ClaimDeskError as refusal:
            messages.warning(request, f"#{claim_id}: {refusal.message}")
        else:
            messages.success(request, f"#{claim_id}: {DIALOGS['undo'].done}")
        return redirect(came_from(request)) if came_from(request) else self._back(request, DIALOGS["undo"], claim_id)

    def _back(self, request: HttpRequest, dialog: Dialog, claim_id: int) -> HttpResponse:
        """The claim, unless a rule or a person has just sent it to a desk that the reader does not see."""
        stays = not dialog.leaves and self._sees(request, claim_id)
        return redirect(CLAIM, claim_id) if stays else redirect("admin:index")

    def _sees(self, request: HttpRequest, claim_id: int) -> bool:
        return visible_claims(viewer_of(request), now_of(request)).filter(pk=claim_id).exists()

    def _dialog(
        self, request: HttpRequest, led: Led, dialog: Dialog, form: StepForm, stale: StaleVersion | None = None
    ) -> HttpResponse:
        page = led.page
        note_sight(page.claim.pk, form.shown_evidence(), by=viewer_of(request).actor)
        offer = page.offers.get(dialog.action)
        refusal = "" if offer is None or offer.allowed else offer.sentence
        if dialog is DIALOGS["assign"]:
            refusal = why_not_assign(page)
        refused = bool(refusal) or bool(form.non_field_errors())
        since = meanwhile(request, page, form, stale, refused=refused)
        if refusal and since.get("changes"):
            form.errors.clear()  # no other words would help: the step is gone
        also = chosen(request, led.also)
        context = {
            "dialog": dialog,
            "form": form,
            "page": page,
            "refusal": refusal,
            "title": title_for(dialog, others=len(also)),
            "zones": zone_names(),
            "cancel": came_from(request) or (reverse("admin:index") if led.also else _address(page.claim.pk)),
            "also": also,
            "action": dialog_of(request, dialog.action, page.claim.pk, led.also) if led.instead else "",
            **since,
        }
        return self.answer(request, "reviews/step.html", context, status=409 if stale else 200)

    def _claim(
        self,
        request: HttpRequest,
        page: ClaimPage,
        verdict: VerdictForm | None = None,
        evidence: EvidenceForm | None = None,
    ) -> HttpResponse:
        note_whole_page(page)
        context, like = shown(page, now_of(request), viewer_of(request)), liked(page, request.GET.get("like", ""))
        context |= {
            "verdict": verdict or VerdictForm(claim=page.claim, viewer=page.viewer, like=like),
            "evidence_form": evidence or EvidenceForm(known=page.evidence),
            "title": f"#{page.claim.pk}",
            "queue_crumb": [(reverse("admin:index"), _("My queue"))],
        }
        is_stale = verdict is not None and verdict.cleaned_data.get("version") != page.claim.version
        if verdict is not None and (page.standing or context["verdict_refusal"]):
            context["unsent"] = verdict  # the form is gone, and what was written in it must not go with it
        refused = "unsent" in context or (evidence is not None and bool(evidence.non_field_errors()))
        stale = StaleVersion() if is_stale else None
        context |= meanwhile(request, page, verdict or evidence, stale, refused=refused)
        return self.answer(request, "reviews/claim.html", context)

    def page_of(self, request: HttpRequest, claim_id: int) -> ClaimPage:
        self._check(request)
        page = page_seen(request, claim_id)
        if page is None:
            raise missing(request, claim_id)
        return page

    def _check(self, request: HttpRequest) -> None:
        if not belongs(request):
            raise PermissionDenied

    def answer(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
    ) -> TemplateResponse:
        shared = self.admin_site.each_context(request) | {"now": now_of(request), "opts": self.opts}
        return TemplateResponse(request, template, shared | context, status=status)


def _address(claim_id: int) -> str:
    return reverse(CLAIM, args=[claim_id])
