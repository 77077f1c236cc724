"""What is sent to `claims:batchCreate`: claims of every kind, by what is special about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from claims.models import Desk, Source, SourceKind
from tests.api.conftest import Answer, Api
from tests.factories import QUOTE, TEXT, a_desk, a_later_text, ahead, an_article, now

Items = dict[str, dict[str, Any]]
TWICE = "The ferry may be late. She said so. The ferry may be late."
PLAIN = {"statement": "The minister will resign.", "language": "en"}
DAY = {"until": "2026-11-27", "precision": "week", "zone": "Europe/Kyiv", "words": "next week"}
CHAIN = [
    {"source": "mira vale", "kind": "person", "verb": "said"},
    {"source": "M. Vale", "on_record": True},
    {"source": "Somebody New", "link": "https://gazette.example/a?utm_source=x"},
    {"source": "SOMEBODY NEW", "kind": "person"},
    {"source": "Harbour Post", "kind": "outlet"},
    {"source": "a person close to her", "kind": "unnamed"},
    {"source": "a person close to her", "kind": "unnamed", "implied": True},
    {"note": "The article does not say who told it."},
]


def batch(api: Api, *items: Any, **more: Any) -> Answer:
    return api.post("/claims:batchCreate", {"claims": list(items), **more})


def everything(desk: Desk) -> Items:
    """Claims as people send them and as nobody should."""
    Source.objects.create(name="Mira Vale", kind=SourceKind.PERSON, aliases=["M. Vale"])
    quoted: dict[str, Any] = {"article": an_article(desk=desk).article.pk, "quote": QUOTE}
    return {
        "a bare statement": PLAIN,
        "the same once more": PLAIN,
        "a statement with words of every script": {**PLAIN, "statement": "Міністерка \U0001f3f4 піде.\nNo — “likely”."},
        "a statement that is not in its one form": {**PLAIN, "statement": " Cafe\u0301 closes. ", "short_text": " x "},
        **_quotes(desk, quoted),
        **_chains(quoted),
        **_accepted(desk, quoted),
        **_dates(),
        **_slips(quoted),
    }


def _quotes(desk: Desk, quoted: dict[str, Any]) -> Items:
    """With an article: one that is there or not, and its words once, twice or not at all."""
    twice = {"article": an_article(desk=desk, text=TWICE).article.pk, "quote": "The ferry may be late."}
    changed = an_article(desk=desk).article
    a_later_text(changed, TEXT.replace("next week", "tomorrow"))
    return {
        "a quote": quoted,
        "a quote with everything": {
            **quoted,
            "statement": "She will resign.",
            "language": "pt-BR",
            "desk": desk.pk,
            "topics": ["Politics", "politics", 'with "quotes", {braces} and \\'],
            "priority": 1,
            "short_text": "She goes",
            "selection_reason": "Many asked.",
            "own_date": DAY,
            "hedge": ["is likely to"],
            "chain": CHAIN,
        },
        "a quote that stands twice": twice,
        "one of two places by its start": {**twice, "quote": {"exact": "The ferry may be late.", "start": 36}},
        "one of two places by what stands before it": {
            **twice,
            "quote": {"exact": "The ferry may be late.", "prefix": "She said so. "},
        },
        "a quote with names that are none": {**twice, "quote": {**twice, "exact": twice["quote"]}},
        "a quote that is not there": {**quoted, "quote": "The minister is likely to stay"},
        "a quote of blanks": {**quoted, "quote": " "},
        "a quote of an earlier text": {"article": changed.pk, "revision": 1, "quote": QUOTE, "accept": True},
        "a quote of a text that is not there": {**quoted, "revision": 7},
        "an article that is not there": {"article": 10**15, "quote": QUOTE},
        "an article under embargo": {**quoted, "article": an_article(embargo_until=ahead(days=1)).article.pk},
        "a quote without its article": {"quote": QUOTE, "language": "en"},
    }


def _chains(quoted: dict[str, Any]) -> Items:
    return {
        "a chain without a quote": {**PLAIN, "chain": CHAIN},
        "a step that says nothing": {**quoted, "chain": [*CHAIN[:3], {"verb": "said"}]},
        "a link that is none": {**quoted, "chain": [{"source": "X", "link": "javascript:alert(1)"}]},
    }


def _accepted(desk: Desk, quoted: dict[str, Any]) -> Items:
    """Taken into the queue at once, with a review due or without."""
    accept = {**PLAIN, "accept": True, "desk": desk.key}
    return {
        "accepted": accept,
        "accepted, due when asked": {**accept, "review_due_at": ahead(days=3).isoformat(), "own_date": DAY},
        "accepted, due in the past": {**accept, "review_due_at": (now() - timedelta(days=1)).isoformat()},
        "accepted with a quote": {**quoted, "accept": True, "chain": CHAIN[:1]},
        "accepted without a desk": {**PLAIN, "accept": True},
        "due without being accepted": {**PLAIN, "review_due_at": ahead(days=3).isoformat()},
        "a time without a zone": {**accept, "review_due_at": "2026-12-24T18:00:00"},
    }


def _dates() -> Items:
    return {
        "a date without its zone": {**PLAIN, "own_date": {"until": "2026-11-27"}},
        "a date in a zone that is none": {**PLAIN, "own_date": {**DAY, "zone": "Europe/Atlantis"}},
        "a date that ends before it begins": {**PLAIN, "own_date": {**DAY, "from": "2026-12-30"}},
        "no date": {**PLAIN, "own_date": None},
    }


def _slips(quoted: dict[str, Any]) -> Items:
    """What does not fit in its field, or has none."""
    return {
        "text that turns round": {**PLAIN, "statement": "The minister \u202ewill resign."},
        "a NUL": {**quoted, "quote": "The minister\u0000"},
        "half a character": {**PLAIN, "short_text": "\ud800"},
        "nothing visible": {**PLAIN, "statement": "\u200b"},
        "a name that is none": {**PLAIN, "titel": "x", "__proto__": 1},
        "what the desk sets": {**PLAIN, "state": "decided", "id": 7},
        "wrong kinds": {**PLAIN, "priority": "1", "topics": "x", "accept": "yes", "statement": 5, "chain": {}},
        "no priority": {**PLAIN, "priority": 5},
        "too long": {**PLAIN, "statement": "x" * 1001},
        "a language that is none": {**PLAIN, "language": "English please"},
        "another desk": {**PLAIN, "desk": a_desk().key},
        "a desk that is none": {**PLAIN, "desk": "moon"},
        "nothing": {},
    }
