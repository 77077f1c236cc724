"""Published verdicts in the shape of AVeriTeC, a data set of real claims with questions, answers and evidence.

Shape and words are those of its development set. Our verdicts have fewer places there than here, so two of ours may
become one label. What we do not know is null: the country, a copy that everybody could read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from claims.exports.check import Check
from claims.exports.site import Site
from claims.exports.told import Cited
from claims.verdicts import EvidenceKind, Question, Said, So, Stance

MEDIA_TYPE = "application/json"
LABELS = {
    So.CONFIRMED: "Supported",
    So.REFUTED: "Refuted",
    So.PARTLY: "Conflicting Evidence/Cherrypicking",
    So.CONTEXT: "Conflicting Evidence/Cherrypicking",
    So.UNPROVEN: "Not Enough Evidence",
    So.OVERTAKEN: "Not Enough Evidence",
}
TOO_EARLY = "Not Enough Evidence"
MOST = 12  # questions of one claim in the data set
_SHOWS = {
    Stance.SUPPORTS: "It supports the claim.",
    Stance.CONTRADICTS: "It contradicts the claim.",
    Stance.CONTEXT: "It gives context.",
}
_MEDIA = {"application/pdf": "PDF", "image": "Image/graphic", "video": "Video"}
_NOTHING = {
    "answer": "No answer could be found.",
    "answer_type": "Unanswerable",
    "source_url": "",
    "cached_source_url": "",
    "source_medium": "",
}


def record(check: Check, site: Site) -> dict[str, Any]:
    """One verdict. `is_demo` stands only with a demo, whose reason says so too."""
    told, so, first = check.told, check.decision.so, check.told.first
    return {
        "claim": told.statement,
        "required_reannotation": False,
        "label": LABELS[So(so)] if so else TOO_EARLY,
        "justification": check.why,
        "claim_date": f"{first.day:%d-%m-%Y}" if first else None,
        "speaker": told.claimant.name if told.claimant else None,
        "original_claim_url": (first.url if first else "") or None,
        "cached_original_claim_url": None,
        "fact_checking_article": site.page(check.claim),
        "reporting_source": first.outlet if first else None,
        "location_ISO_code": None,
        "claim_types": _types(check),
        "fact_checking_strategies": ["Written Evidence"] if told.evidence else [],
        "questions": _questions(check),
        **({"is_demo": True} if check.decision.is_demo else {}),
    }


def parts_of_array(records: Iterable[dict[str, Any]]) -> Iterator[str]:
    """All of them as the one array that the data set is, a record at a time."""
    yield "["
    for number, each in enumerate(records):
        yield (",\n" if number else "\n") + json.dumps(each, ensure_ascii=False)
    yield "\n]\n"


def _types(check: Check) -> list[str]:
    looked = check.decision.said in {Said.ACCURATE, Said.ALTERED, Said.NOT_FOUND}
    types = {"Event/Property Claim": bool(check.decision.so), "Quote Verification": looked}
    return [name for name, holds in types.items() if holds]


def _questions(check: Check) -> list[dict[str, Any]]:
    """One question for each item of evidence; without any, the one that could not be answered."""
    asked = [{"question": _asked(item), "answers": [_answer(item)]} for item in check.told.evidence[:MOST]]
    return asked or [{"question": str(Question.SO.label), "answers": [_NOTHING]}]


def _asked(item: Cited) -> str:
    return f"{Question(item.question).label} What does “{item.title}” show?"


def _answer(item: Cited) -> dict[str, str]:
    return {
        "answer": _SHOWS[Stance(item.stance)],
        "answer_type": "Abstractive",
        "source_url": item.url,
        "cached_source_url": "",
        "source_medium": _medium(item),
    }


def _medium(item: Cited) -> str:
    kind = item.media_type.split(";")[0].strip().lower()
    found = _MEDIA.get(kind) or _MEDIA.get(kind.split("/")[0])
    return found or ("Web text" if item.kind == EvidenceKind.LINK else "Other")
