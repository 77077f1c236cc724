"""The bell in the head of every page of the admin, and what the list behind it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.templatetags.claimdesk import count, icon

if TYPE_CHECKING:
    from reviews.models import Notice
    from reviews.services.notice_words import Done

register = template.Library()


@register.filter
def done(notice: Notice) -> Done:
    """What was done by which the reader lost the claim of a notice; nothing where it tells of something else."""
    from reviews.services.notice_list import is_in_sight
    from reviews.services.notice_words import done_about

    return done_about(notice, in_sight=is_in_sight(notice))


@register.simple_tag(takes_context=True)
def bell(context: Context) -> SafeString:
    """The way to the notices, with how many are not read yet; nothing for somebody who is on no desk."""
    # The theme loads the tags of all apps while it is being imported itself; the admin is there when a page is drawn.
    from claims.admin.base import belongs
    from reviews.admin.queue import summary_of

    request = context["request"]
    if not belongs(request):
        return SafeString("")
    number = summary_of(request).unread
    words = ngettext("Notices: %(n)d not read yet", "Notices: %(n)d not read yet", number) % {"n": number}
    shown = format_html('<span class="cd-n" aria-hidden="true">{}</span>', count(number)) if number else ""
    return format_html(
        '<a class="cd-btn cd-btn-g{}" href="{}" aria-label="{}" data-testid="bell">{}{}</a>',
        "" if number else " cd-btn-sq",
        reverse("admin:reviews_notice_changelist"),
        words if number else _("Notices"),
        icon("x-bell"),
        shown,
    )
