"""The pages of articles, with claims brought in the way the desks handle them."""

from __future__ import annotations

from django.contrib import admin

from claims.admin.articles import ArticlePagesAdmin
from claims.models import Article, Claim
from claims.services.proposing import GivenClaim, Maker
from reviews.services.accepting import bring


@admin.register(Article)
class ArticleAdmin(ArticlePagesAdmin):
    """The list of articles, and the page of one."""

    def bring(self, given: GivenClaim, maker: Maker, *, accepted: bool) -> Claim:
        return bring(given, maker, accepted=accepted)
