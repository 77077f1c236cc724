"""The first three calls, as the API document shows them. A test makes them, so they cannot go stale."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

ARTICLE: Final[dict[str, Any]] = {
    "outlet": "Harbour Post",
    "headline": "Minister may go",
    "url": "https://harbour.example/minister-may-go",
    "language": "en",
    "published_at": "2026-11-20T10:00:00+02:00",
    "text": "The minister is likely to resign next week, a person close to her said.",
}
PAGE: Final[dict[str, Any]] = {
    "html": (
        '<html lang="en"><head><title>Ferry may stop</title><meta property="og:site_name" content="Harbour Post">'
        '<link rel="canonical" href="https://harbour.example/ferry-may-stop">'
        '<meta property="article:published_time" content="2026-11-20T10:00:00+02:00"></head><body><article>'
        "<p>The ferry will probably stop in December, two officials said.</p></article></body></html>"
    )
}
ITEM: Final[dict[str, Any]] = {
    "outlet": "Harbour Post",
    "ninjs": {
        "uri": "urn:newsml:harbour.example:20261120:lighthouse",
        "version": "1",
        "versionCreated": "2026-11-20T08:00:00Z",
        "pubStatus": "usable",
        "language": "en",
        "headlines": [{"role": "main", "value": "Lighthouse may be sold"}],
        "bodies": [
            {
                "role": "main",
                "contentType": "text/plain",
                "value": "The port is expected to sell the lighthouse by the end of the year.",
            }
        ],
    },
}
CLAIM: Final[dict[str, Any]] = {
    "statement": "The minister will resign in the last week of November 2026.",
    "article": 1,
    "quote": "The minister is likely to resign next week",
    "chain": [
        {"source": "Harbour Post", "kind": "outlet"},
        {"source": "a person close to the minister", "kind": "unnamed", "verb": "said"},
    ],
    "own_date": {"until": "2026-11-27", "precision": "week", "zone": "Europe/Kyiv", "words": "next week"},
}
FIRST_CLAIM: Final[dict[str, Any]] = {
    "statement": "The ferry Solvinda will sail again by 27 November 2026.",
    "language": "en",
    "own_date": {"until": "2026-11-27", "precision": "day", "zone": "Europe/Kyiv", "words": "by Friday"},
}
BATCH: Final[dict[str, Any]] = {
    "claims": [
        {"client_ref": "a", "article": 1, "quote": "The minister is likely to resign next week"},
        {"client_ref": "b", "statement": "The minister was seen packing.", "language": "en", "topics": ["politics"]},
    ],
}
REVIEW: Final[dict[str, Any]] = {
    "said": "accurate",
    "so": "unproven",
    "outcome": "unknown",
    "why": "Nobody but the article's own source says so, and its date lies ahead.",
}
EVIDENCE: Final[dict[str, Any]] = {
    "kind": "link",
    "question": "so",
    "stance": "supports",
    "url": "https://gazette.example/resignation",
    "title": "The gazette announces it",
}
DISMISSAL: Final[dict[str, Any]] = {"action": "dismiss", "reason": "off_subject"}
PRIORITY: Final[dict[str, Any]] = {"action": "set_priority", "priority": 1, "reason": "It leads the evening news."}
TAKING: Final[dict[str, Any]] = {"action": "take"}
OTHER_WORDS: Final[dict[str, Any]] = {"short_text": "Will the minister resign?", "topics": ["politics"]}
SOURCE: Final[dict[str, Any]] = {"name": "Harbour authority", "kind": "organisation", "zone": "Europe/Kyiv"}
SOURCE_MADE: Final[dict[str, Any]] = SOURCE | {
    "id": 12,
    "aliases": [],
    "kind_label": "organisation",
    "parent": None,
    "reliability": "F",
    "reliability_history": [],
}
OTHER_SOURCE: Final[dict[str, Any]] = {
    "aliases": ["Port authority"],
    "reliability": "B",
    "reliability_reason": "Of the arrivals it announced in a year, one was wrong, and it said so itself.",
}
DESK: Final[dict[str, Any]] = {
    "key": "harbour",
    "name": "Harbour desk",
    "zone": "Europe/Kyiv",
    "due_hours": {"1": 2, "2": 8, "3": 24, "4": 72},
    "min_origins": 2,
}
DESK_MADE: Final[dict[str, Any]] = DESK | {
    "id": 3,
    "minimum_minutes": 60,
    "warning_hours": 8,
    "makers_may_review": False,
    "editors": [],
}
OTHER_HOURS: Final[dict[str, Any]] = {"due_hours": {"1": 1}, "warning_hours": 2}
FEWER_TYPES: Final[dict[str, Any]] = {"types": ["org.claimdesk.claim.publish.v1"]}
FROM_THE_FIRST: Final[dict[str, Any]] = {"after": "0-0"}
OTHER_HEADLINE: Final[dict[str, Any]] = {"headline": "Minister may go soon", "authors": ["A. Reporter"]}
LATER_TEXT: Final[dict[str, Any]] = {"text": "The minister has resigned, the government said on Friday."}
ROTATION: Final[dict[str, Any]] = {"overlap_hours": 48}
MATCH: Final[dict[str, Any]] = {"statement": "The minister is going to resign in the last week of November."}
PROBLEM: Final[dict[str, Any]] = {
    "type": "https://claims.example/api/docs/problems/quote_not_found",
    "code": "quote_not_found",
    "title": "The quote does not stand in the article's text.",
    "status": 422,
    "detail": "The quote does not stand in the text.",
    "errors": [{"pointer": "/quote", "code": "quote_not_found", "detail": "The quote does not stand in the text."}],
    "request_id": "5063fc78-1169-4202-8896-952632fff030",
}


@dataclass(frozen=True)
class Call:
    """One call of the first three."""

    words: str
    method: str
    path: str
    body: dict[str, Any] | None = None

    @property
    def curl(self) -> str:
        """The call as a line for a shell, with the key in $KEY."""
        lines = [f'curl -X {self.method} "$CLAIMDESK/api/v1{self.path}" -H "Authorization: Bearer $KEY"']
        if self.body is not None:
            lines[0] += " -H 'Content-Type: application/json' -d @- <<'JSON'"
            members = (f'  "{name}": {json.dumps(value, ensure_ascii=False)}' for name, value in self.body.items())
            lines += ["{", ",\n".join(members), "}", "JSON"]
        return "\n".join(lines)


FIRST_CALLS: Final = (
    Call("See what your key may do, and on which desks.", "GET", "/me"),
    Call(
        "Bring a claim, with the date by which the world will show whether it was so.", "POST", "/claims", FIRST_CLAIM
    ),
    Call("Read what happened. Keep `cursor` and ask again with `after=`, for ever.", "GET", "/events"),
)

RULES: Final = """\
Every failure is `application/problem+json` with a stable `code` and a sentence. A change of something that exists
sends `If-Match` with the ETag last read. A POST may carry an `Idempotency-Key`: sent twice, it happens once.
Times carry their offset. Lists go on at `next`."""

BEGINNING: Final = """\
`make run` prints a key; in a newsroom an administrator makes one under Set-up → API keys. Put it in `KEY`, and the
address of the site, for example `http://127.0.0.1:8000`, in `CLAIMDESK`. Then make three calls:"""

DESCRIPTION: Final = "\n\n".join(
    [
        "Claims from published articles, checked with evidence, flagged when their date passes.",
        BEGINNING,
        *(f"**{number}.** {call.words}\n\n```sh\n{call.curl}\n```" for number, call in enumerate(FIRST_CALLS, 1)),
        RULES,
    ]
)
