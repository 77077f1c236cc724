"""How many people judge a claim: what a desk or a routing rule asks for. By when stands in `calendar`."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q, TextChoices
from django.utils.translation import gettext_lazy as _

MOST_JUDGES = 7


class PolicyKind(TextChoices):
    """Who judges: one reviewer, a reviewer and then the desk's editor, or several who know nothing of each other."""

    ONE = "one", _("one reviewer")
    WITH_EDITOR = "with_editor", _("a reviewer and an editor")
    INDEPENDENT = "independent", _("independent reviewers")


class ReviewPolicy(models.Model):
    """`agreeing` of `judges` reviews must agree. Whatever the kind, every judgement is blind to the others."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=PolicyKind.choices, default=PolicyKind.ONE)
    judges = models.PositiveSmallIntegerField(
        _("people asked"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_JUDGES)]
    )
    agreeing = models.PositiveSmallIntegerField(_("must agree"), default=1, validators=[MinValueValidator(1)])
    is_active = models.BooleanField(_("can be chosen"), default=True)

    class Meta:
        verbose_name = _("review policy")
        verbose_name_plural = _("review policies")
        ordering = ("name",)
        constraints = (
            CheckConstraint(
                condition=Q(judges__range=(1, MOST_JUDGES), agreeing__gte=1, agreeing__lte=F("judges")),
                name="policy_agreeing_of_judges",
            ),
            CheckConstraint(
                condition=(
                    Q(kind=PolicyKind.ONE, judges=1)
                    | Q(kind=PolicyKind.WITH_EDITOR, judges=2, agreeing=2)
                    | Q(kind=PolicyKind.INDEPENDENT, judges__gte=2)
                ),
                name="policy_kind_fits",
            ),
        )

    def __str__(self) -> str:
        return self.name
