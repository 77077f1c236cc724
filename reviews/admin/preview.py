"""A claim beside the list: its quote in the paragraph, and how its evidence stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.lifecycle import Action
from claims.models import ArticleRevision, Claim
from claims.permissions import Viewer, visible_evidence
from claims.quotes import Anchor, Excerpt, excerpt, paragraphs
from claims.verdicts import Stance
from reviews.admin.rows import Row
from reviews.admin.steps import DIALOGS, Dialog
from reviews.services.rowsteps import parts_of, steps_of

AROUND = 420
IN_PREVIEW = (Action.HAND_OVER, Action.WAIT, Action.ASK_SECOND_OPINION)


@dataclass(frozen=True)
class Preview:
    """A claim beside the list: its quote in the paragraph, and how its evidence stands."""

    row: Row
    excerpt: Excerpt | None
    paragraph: int
    evidence: str
    steps: tuple[Dialog, ...]


def preview_of(row: Row, viewer: Viewer) -> Preview:
    """What the preview shows of a row; reads the one text it stands in, and what the viewer may do."""
    first, steps = row.claim.first_appearance(), _dialogs(row.claim, viewer)
    if first is None:
        return Preview(row, None, 0, stances(row.claim, viewer), steps)
    text = ArticleRevision.objects.values_list("text", flat=True).get(pk=first.revision_id)
    anchor = Anchor(first.exact, first.prefix, first.suffix, first.start, first.end)
    number = next((n for n, part in enumerate(paragraphs(text), 1) if part.start <= first.start < part.end), 0)
    return Preview(row, excerpt(text, anchor, AROUND), number, stances(row.claim, viewer), steps)


def _dialogs(claim: Claim, viewer: Viewer) -> tuple[Dialog, ...]:
    return tuple(DIALOGS[step] for step in steps_of(claim, viewer, IN_PREVIEW))


def stances(claim: Claim, viewer: Viewer) -> str:
    """ "2 support, 1 contradicts" of the evidence that the viewer sees, or that there is none yet."""
    seen = visible_evidence(viewer, claim, on_it=bool(parts_of(claim, viewer))).standing()
    found = seen.values_list("stance").annotate(Count("pk")).order_by()
    return stance_words(dict(found))


def stance_words(counts: Mapping[str, int]) -> str:
    """Counts of evidence by stance, in words."""
    said = {
        Stance.SUPPORTS: ngettext("%(n)d supports", "%(n)d support", counts.get(Stance.SUPPORTS, 0)),
        Stance.CONTRADICTS: ngettext("%(n)d contradicts", "%(n)d contradict", counts.get(Stance.CONTRADICTS, 0)),
        Stance.CONTEXT: ngettext("%(n)d gives context", "%(n)d give context", counts.get(Stance.CONTEXT, 0)),
    }
    parts = [said[stance] % {"n": counts[stance]} for stance in Stance if counts.get(stance)]
    return ", ".join(parts) or _("None yet")
