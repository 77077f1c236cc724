"""People who sign in, and what they are on each desk."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import TextChoices, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.actors import Actor, ActorKind
from claims.models.zone import valid_zone


class Shortcuts(TextChoices):
    """When single keys of a page act for somebody (WCAG 2.1.4: they can be switched off, or asked for with Alt)."""

    ON = "on", _("On: single keys act while you are not typing")
    ALT = "alt", _("Only together with Alt")
    OFF = "off", _("Off")


class ReadingSize(TextChoices):
    """How large the text of articles and quotes is set for somebody."""

    USUAL = "usual", _("Usual")
    LARGE = "large", _("Larger")
    LARGEST = "largest", _("Largest")


class User(AbstractUser):
    """A person. `zone` is where they read clocks; an administrator is a superuser."""

    is_superuser = models.BooleanField(
        _("administrator"), default=False, help_text=_("Sets the newsroom up and sees every desk.")
    )
    is_staff = models.BooleanField(
        _("works in the admin"), default=False, help_text=_("Nobody enters these pages without it.")
    )
    zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[valid_zone])
    shortcuts = models.CharField(
        _("keyboard shortcuts"),
        max_length=3,
        choices=Shortcuts.choices,
        default=Shortcuts.ON,
        db_default=Shortcuts.ON,
    )
    reading_size = models.CharField(
        _("reading size"),
        max_length=7,
        choices=ReadingSize.choices,
        default=ReadingSize.USUAL,
        db_default=ReadingSize.USUAL,
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """The name others see; the user name where no other is known."""
        return self.get_full_name() or self.username

    def as_actor(self) -> Actor:
        """This person as somebody who acts, without roles yet."""
        return Actor(ActorKind.PERSON, self.full_name, self.pk)


class DeskRole(TextChoices):
    """What a person is on a desk."""

    REVIEWER = "reviewer", _("reviewer")
    EDITOR = "editor", _("editor")


class Membership(models.Model):
    """A person works on a desk in a role. Both roles at once are two rows."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", db_index=False)
    desk = models.ForeignKey("claims.Desk", models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=DeskRole.choices)
    can_triage = models.BooleanField(_("may triage proposed claims"), default=False)

    class Meta:
        verbose_name = _("desk membership")
        constraints = (UniqueConstraint(fields=("user", "desk", "role"), name="membership_once"),)

    def __str__(self) -> str:
        return f"{self.user.full_name}: {self.get_role_display()}, {self.desk.name}"
