"""The numbers of verdicts over a year: what was decided and quoted accurately, what was published and corrected."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from claims.models import Decision
from claims.models.claim import ClaimQuerySet
from claims.verdicts import Said
from reviews.dashboard.filters import Filters
from reviews.dashboard.number import Number

YEAR = timedelta(days=365)
CHECKED = (Said.ACCURATE, Said.ALTERED)  # answers to "Was it said?" that say how faithfully


def answered(claims: ClaimQuerySet, now: datetime) -> ClaimQuerySet:
    """Those of these claims with a standing verdict that were first decided in the last twelve months."""
    first = Decision.objects.filter(claim=OuterRef("pk"), number=1, decided_at__gt=now - YEAR, decided_at__lte=now)
    return claims.filter(Exists(first), _standing())


def _standing(**where: object) -> Exists:
    return Exists(Decision.objects.filter(claim=OuterRef("pk"), standing=True, **where))


def _decided(claims: ClaimQuerySet, now: datetime, _filters: Filters) -> ClaimQuerySet:
    return answered(claims, now).exclude(_standing(so=""))


def _said_checked(claims: ClaimQuerySet, now: datetime, _filters: Filters) -> ClaimQuerySet:
    return answered(claims, now).filter(_standing(said__in=CHECKED))


def _accurate(claims: ClaimQuerySet, now: datetime, _filters: Filters) -> ClaimQuerySet:
    return answered(claims, now).filter(_standing(said=Said.ACCURATE))


def _told(now: datetime, **where: object) -> Exists:
    lately = Decision.objects.filter(claim=OuterRef("pk"), published_at__gt=now - YEAR, published_at__lte=now)
    return Exists(lately.filter(**where))


def _published(claims: ClaimQuerySet, now: datetime, _filters: Filters) -> ClaimQuerySet:
    return claims.filter(_told(now))


def _corrected(claims: ClaimQuerySet, now: datetime, _filters: Filters) -> ClaimQuerySet:
    return claims.filter(_told(now, correction_class__gt=""))


_NEWEST = ("-updated_at", "-id")
VERDICTS_OF_A_YEAR = (
    Number(
        "decided_12m",
        _("Decided, 12 months"),
        _("Claims with a standing answer to “Is it so?” that were first decided in the last 12 months."),
        _decided,
        _NEWEST,
    ),
    Number(
        "said_checked_12m",
        _("Quotation checked, 12 months"),
        _(
            "Claims first decided in the last 12 months whose answer to “Was it said?” is accurately or altered. Of "
            "an outlet those count that it passed on."
        ),
        _said_checked,
        _NEWEST,
    ),
    Number(
        "quoted_accurately_12m",
        _("Quoted accurately, 12 months"),
        _("Of the claims whose quotation was checked, those whose answer to “Was it said?” is accurately."),
        _accurate,
        _NEWEST,
    ),
    Number(
        "published_12m",
        _("Published, 12 months"),
        _("Claims of which readers were told a verdict in the last 12 months, withdrawn ones included."),
        _published,
        _NEWEST,
    ),
    Number(
        "corrected_12m",
        _("Corrections, 12 months"),
        _(
            "Of the claims published in the last 12 months, those of which readers were told that something changed, "
            "whoever noticed it: minor, update or substantial."
        ),
        _corrected,
        _NEWEST,
    ),
)
