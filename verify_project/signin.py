"""Signing in, in the words of this product. Beside the settings: the theme reads it before any app is there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

WRONG = _("User name or password is not right. Check both and try again.")

# Pages whose forms keep what was typed in the browser until they are done.
WRITING = frozenset(
    f"admin:claims_{page}"
    for page in (
        "claim_change",
        "claim_review",
        "claim_evidence",
        "claim_step",
        "article_add",
        "article_change",
        "article_amend",
        "operation_add",
    )
)


class SignInForm(AdminAuthenticationForm):
    """User name and password. People without a place in the admin are told so only with the right password."""

    error_messages = {**AdminAuthenticationForm.error_messages, "invalid_login": WRONG}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        for field in self.fields.values():
            field.widget.attrs["class"] = "cd-input"

    @property
    def was_writing(self) -> bool:
        """Whether somebody was here before and comes from a page with a form: their session ended while they worked."""
        if self.request is None or settings.CSRF_COOKIE_NAME not in self.request.COOKIES:
            return False
        address = self.request.POST.get("next") or self.request.GET.get("next", "")
        try:
            return resolve(urlsplit(address).path).view_name in WRITING
        except (Resolver404, ValueError):
            return False

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        """Raise the sentence for somebody who has no place here."""
        if not getattr(user, "is_staff", False):
            raise ValidationError(_("You have no place in Claim desk yet. Ask an administrator."), code="no_place")
