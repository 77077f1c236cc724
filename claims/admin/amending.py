"""What is said about an article, changed by hand: its headline, authors, language, desk and embargo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.article_fields import EmbargoForm, authors_field, headline_field, language_field, names_in
from claims.admin.base import viewer_of
from claims.admin.leftopen import LeftOpenForm
from claims.errors import ClaimDeskError, RoleMissing, StaleVersion
from claims.models import Article
from claims.permissions import Viewer, desks_of
from claims.services.amending import amend_article, check_may_amend, version_of

CHANGED_MEANWHILE = gettext_lazy(
    "Somebody changed this article since you read it%(fields)s. What you left alone shows what they wrote. "
    "Save again to have the rest your way."
)


class AmendForm(LeftOpenForm, EmbargoForm):
    """An article's own words about itself. `seen` is the mark of what the person has read.

    Another's embargo is not lifted by whoever corrects the headline.
    """

    seen = forms.CharField(widget=forms.HiddenInput)
    headline = headline_field()
    authors = authors_field()
    language = language_field()

    def __init__(self, *args: Any, article: Article, viewer: Viewer, **kwargs: Any) -> None:
        first = {name: getattr(article, name) for name in ("headline", "language", "desk", "embargo_until")}
        first |= {"authors": ", ".join(article.authors), "seen": version_of(article)}
        super().__init__(*args, initial=first, desks=desks_of(viewer), **kwargs)
        self.watch(self.fields.keys() - {"seen"})

    def changes(self) -> dict[str, Any]:
        """What somebody changed, by column."""
        given = self.cleaned_data | {"authors": names_in(self.cleaned_data["authors"])}
        return {name: given[name] for name in self.changed_data if name != "seen"}

    def refuse_as_stale(self, fresh: AmendForm) -> None:
        """Let what was typed be saved over the article as `fresh` shows it; tell what somebody else changed."""
        others = self.go_on_from(fresh)
        told = f": {', '.join(others)}" if others else ""
        self.refuse(StaleVersion(str(CHANGED_MEANWHILE) % {"fields": told}))


def may_amend(viewer: Viewer, article: Article) -> bool:
    """Whether the page is theirs."""
    try:
        check_may_amend(viewer, article)
    except RoleMissing:
        return False
    return True


class AmendPages:
    """The page beside an article that changes what is said about it."""

    article_seen: Callable[[HttpRequest, object], Article]
    page: Callable[[HttpRequest, str, str, dict[str, Any]], HttpResponse]

    def amend_view(self, request: HttpRequest, article_id: int) -> HttpResponse:
        """Show the form, and write what was changed in it. What is refused is said at its field; nothing is lost."""
        article, viewer = self.article_seen(request, article_id), viewer_of(request)
        if not may_amend(viewer, article):
            raise PermissionDenied
        form = AmendForm(request.POST if request.method == "POST" else None, article=article, viewer=viewer)
        if form.is_valid():
            changes = form.changes()
            try:
                form.check_shown()
                amend_article(article.pk, changes, seen=form.cleaned_data["seen"])
            except StaleVersion:
                form.refuse_as_stale(AmendForm(article=self.article_seen(request, article_id), viewer=viewer))
            except ClaimDeskError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("The article was changed.") if changes else _("Nothing was changed."))
                return redirect("admin:claims_article_change", article.pk)
        title = _("Change what is said about the article")
        return self.page(request, "admin/article_amend.html", title, {"article": article, "form": form})
