"""Drafts that somebody's browser keeps, put in words. The browser sends them to be read; nothing of them is kept here.

A draft can outlive its form: its claim was decided, dismissed or merged, or left the writer's sight, meanwhile.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _t

from claims.admin.amending import AmendForm
from claims.admin.base import belongs, number_in
from claims.admin.intake import ArticleForm, ClaimForm, LinkForm
from claims.models import Claim
from reviews.admin.many import title_for
from reviews.admin.step_forms import REASON
from reviews.admin.steps import DIALOGS
from reviews.admin.ticked import chosen, dialog_of
from reviews.admin.verdicts import EvidenceForm, VerdictForm, verdict_fields

PREFIX = "cd-draft-"
VERDICT = re.compile(r"claim-(?P<claims>\d+)-round-\d+-of-(?P<user>\d+)")
OTHER = re.compile(r"(?P<kind>[a-z_]+?)(?:-of)?-?(?P<claims>[\d-]*)-by-(?P<user>\d+)")
CLAIM = "admin:claims_claim_change"
# What a form is called, its class, and the address that it stands at, with the number that its name has.
PAGES: Mapping[str, tuple[Any, type[forms.Form], str]] = {
    "verdict": (_t("Record verdict"), VerdictForm, CLAIM),
    "evidence": (_t("Add evidence"), EvidenceForm, CLAIM),
    "quote": (_t("New claim from a quote"), ClaimForm, "admin:claims_article_change"),
    "article": (_t("Change what is said about the article"), AmendForm, "admin:claims_article_amend"),
    "import": (_t("Import an article"), ArticleForm, "admin:claims_article_add"),
    "link": (_t("Import an article from a link"), LinkForm, "admin:claims_operation_add"),
}
OF_ARTICLES = frozenset(PAGES) - {"verdict", "evidence"}
LABELS = {"note": _t("Note"), "reason": REASON}  # of fields that a dialog makes only when it knows its claim


@dataclass
class Draft:
    """What somebody wrote in one form. `numbers` are those of its claims, or of its article; `seen` are the claims."""

    key: str
    kind: str
    numbers: Sequence[int]
    at: datetime | None
    texts: list[tuple[str, str]]
    choices: list[tuple[str, str]]
    seen: list[Claim] = field(default_factory=list)

    @property
    def claims(self) -> Sequence[int]:
        return () if self.kind in OF_ARTICLES else self.numbers

    @property
    def gone(self) -> list[int]:
        """Its claims that the writer does not see."""
        return [number for number in self.claims if number not in {claim.pk for claim in self.seen}]

    @property
    def title(self) -> str:
        if self.kind in PAGES:
            return str(PAGES[self.kind][0])
        return title_for(DIALOGS[self.kind], len(self.numbers) - 1)


class DraftPages:
    """The page of one's own drafts, and what pages of a claim show of those that were left there."""

    def draft_pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        """Addresses, views and names."""
        return [("drafts/", self.drafts_view, "drafts")]

    def drafts_view(self, request: HttpRequest) -> HttpResponse:
        """The page; and for its script, which sends what the browser keeps, the drafts in words."""
        if not belongs(request):
            raise PermissionDenied
        if request.method != "POST":
            return self.answer(request, "reviews/drafts.html", {"title": _("Your drafts")})  # type: ignore[attr-defined, no-any-return]  # beside a ModelAdmin
        of = number_in(request.GET.get("claim", ""))
        drafts = [one for one in _sent(request) if not of or of in one.claims]
        rows = {claim.pk: claim for claim in chosen(request, {number for one in drafts for number in one.claims})}
        for one in drafts:
            one.seen = [rows[number] for number in one.claims if number in rows]
        here = {"verdict", "evidence"} if of else set()  # whose form would be on the page that asks
        shown = [(one, "" if one.kind in here else _address(request, one)) for one in drafts]
        return TemplateResponse(request, "reviews/drafts_list.html", {"drafts": shown, "of": of})


def _sent(request: HttpRequest) -> list[Draft]:
    """The drafts that were sent and are the reader's own, the newest first."""
    found = []
    for key, kept in _pairs(request.POST.get("drafts", "")):
        draft = _draft(key, kept, request.user.pk)
        if draft is not None and (draft.texts or draft.choices):
            found.append(draft)
    return sorted(found, key=lambda one: one.at or datetime.min.replace(tzinfo=UTC), reverse=True)


def _pairs(sent: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each draft with its name. What a browser sends that is no draft is left out."""
    for pair in _read(sent, list):
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair):
            yield pair[0], _read(pair[1], dict)


def _read(words: str, kind: type[Any]) -> Any:
    try:
        found = json.loads(words)
    except (ValueError, RecursionError):
        return kind()
    return found if isinstance(found, kind) else kind()


def _draft(key: str, kept: Mapping[str, Any], me: int | None) -> Draft | None:
    name = key.removeprefix(PREFIX)
    match = VERDICT.fullmatch(name) or OTHER.fullmatch(name)
    if match is None or number_in(match["user"]) != me:
        return None
    kind = match.groupdict().get("kind", "verdict")
    if kind not in PAGES and kind not in DIALOGS:
        return None
    numbers = [number for number in map(number_in, match["claims"].split("-")) if number]
    if not numbers and kind not in {"import", "link"}:
        return None
    texts, choices = _words(kind, kept)
    return Draft(key, kind, numbers, _moment(kept.get("cd-at")), texts, choices)


def _words(kind: str, kept: Mapping[str, Any]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What was written, and what was chosen, each with the label of its field."""
    form = PAGES[kind][1] if kind in PAGES else DIALOGS[kind].form
    whole = Claim(confirm_by=datetime.max.replace(tzinfo=UTC))  # one that is asked everything
    known = {**verdict_fields(whole), **VerdictForm.base_fields, **form.base_fields}
    texts, choices = list[tuple[str, str]](), list[tuple[str, str]]()
    for name, values in kept.items():
        one = known.get(name)
        label = str(LABELS.get(name, "") if one is None else one.label)
        if name == "go_on" or not label or not isinstance(values, list):
            continue
        words = [str(value) for value in values if value]
        if isinstance(one, forms.BooleanField):
            choices.append((label, _("yes") if words else _("no")))
        elif isinstance(one, forms.ChoiceField):
            choices += [(label, chosen) for chosen in map(_offered(one).get, words) if chosen]
        elif words:
            texts.append((label, "\n".join(words)))
    return texts, choices


def _offered(one: forms.ChoiceField) -> dict[str, str]:
    """What the field offers whoever it asks; nothing where that hangs on what there is, or on its claim."""
    if isinstance(one, forms.ModelChoiceField):
        return {}
    return {str(value): str(words) for value, words in cast(Any, one.choices)}


def _moment(words: object) -> datetime | None:
    """When it was kept; None for one that is older than that we say it."""
    try:
        moment = datetime.fromisoformat(str(words))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _address(request: HttpRequest, draft: Draft) -> str:
    """Where its form is, or was; empty where the writer does not see it."""
    if draft.gone:
        return ""
    if draft.kind in PAGES:
        return reverse(PAGES[draft.kind][2], args=draft.numbers)
    first, *others = draft.numbers
    return dialog_of(request, draft.kind, first, dict.fromkeys(others, 0))
