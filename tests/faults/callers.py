"""Those who use the product during a fault run: an integration, reviewers and an editor, over HTTP.

They write down what they were told had been done. Whatever fails they try again with the same Idempotency-Key, as the
documentation asks them to; what was never acknowledged they do not count.
"""

from __future__ import annotations

import http.client
import json
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from threading import Event
from typing import Any

from tests.faults.far import Post

PATIENCE = 8.0  # seconds for one answer
TRY_AGAIN = frozenset({409, 425, 429, 500, 502, 503, 504})
WHY = "Nothing that could be found settles it either way."


@dataclass
class Journal:
    """What the callers were told had been done, kept outside the database."""

    claims: dict[str, int] = field(default_factory=dict)  # the unique words of a claim: its number
    tried: set[str] = field(default_factory=set)
    reviews: dict[int, int] = field(default_factory=dict)  # number of the review: of its claim
    evidence: dict[int, int] = field(default_factory=dict)  # number of the item: of its claim
    steps: dict[str, int] = field(default_factory=dict)  # the unique reason of a step: number of its claim
    early: set[int] = field(default_factory=set)  # numbers of flags that were there before their moment
    overfull: set[int] = field(default_factory=set)  # numbers of reviewers who had more than their limit
    letters: Counter[int] = field(default_factory=Counter)  # number of a letter: how often the mail server took it
    posts: list[Post] = field(default_factory=list)  # webhooks as their receiver got them, in order
    answers: Counter[str] = field(default_factory=Counter)  # statuses, and kinds of broken connections

    @property
    def is_worth_a_look(self) -> bool:
        """Whether enough was done for a run to say something."""
        return len(self.claims) > 10 and len(self.reviews) > 2 and len(self.steps) > 2


@dataclass
class Answer:
    """One HTTP answer."""

    status: int
    body: Any
    etag: str


@dataclass
class Caller:
    """Somebody with a key or a session. `stopped` ends their work."""

    port: int
    journal: Journal
    stopped: Event
    chance: random.Random
    name: str
    key: str = ""
    session: str = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer | None:
        """One request; None when no whole answer came back."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        told = {name.replace("_", "-"): value for name, value in headers.items()} | self._who()
        try:
            line.request(
                method, f"/api/v1{path}", body and json.dumps(body), told | {"Content-Type": "application/json"}
            )
            answer = line.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as broken:
            self.journal.answers[type(broken).__name__] += 1
            return None
        finally:
            line.close()
        return self._read(answer.status, answer.headers, text)

    def _read(self, status: int, headers: Message, text: bytes) -> Answer | None:
        """The answer, counted; none when its body is not what the documentation promises."""
        kind = headers.get_content_type()
        if text and not kind.endswith("json"):
            self.journal.answers[f"{status} {kind}"] += 1
            return None
        self.journal.answers[str(status)] += 1
        return Answer(status, json.loads(text) if text else None, headers.get("ETag", ""))

    def _who(self) -> dict[str, str]:
        if self.key:
            return {"Authorization": f"Bearer {self.key}"}
        token = "t" * 32
        return {"Cookie": f"sessionid={self.session}; csrftoken={token}", "X-CSRFToken": token}

    def insist(self, path: str, body: Any, key: str, **headers: str) -> Answer | None:
        """POST until there is an answer that counts; None when the run ended first."""
        while not self.stopped.is_set():
            answer = self.ask("POST", path, body, Idempotency_Key=key, **headers)
            if answer is not None and (answer.status not in TRY_AGAIN or self._is_refusal(answer)):
                return answer
            self.rest(0.1, 0.4)
        return None

    def _is_refusal(self, answer: Answer) -> bool:
        """A 409 of the claim's own state is final; one of the same call still in flight is not."""
        return answer.status == 409 and isinstance(answer.body, dict) and answer.body.get("code") != "in_flight"

    def rest(self, least: float, most: float) -> None:
        """Wait a moment, or until the run ends."""
        self.stopped.wait(self.chance.uniform(least, most))

    def words(self, number: int) -> str:
        """Words that nobody else writes."""
        return f"{self.name}-{number}"


def bring_claims(me: Caller, desk: str) -> None:
    """An integration: claims whose review due, and for some their own date, passes during the run."""
    number = 0
    while not me.stopped.is_set():
        number += 1
        words = me.words(number)
        me.journal.tried.add(words)
        answer = me.insist("/claims", claim_body(me, words, desk), words)
        if answer is not None and answer.status == 201:
            me.journal.claims[words] = answer.body["id"]
        me.rest(0.05, 0.2)


def claim_body(me: Caller, words: str, desk: str) -> dict[str, Any]:
    """A claim that is late soon; every third with an own date that has passed."""
    now = datetime.now(UTC)
    due = now + timedelta(seconds=me.chance.uniform(4, 9))
    body = {
        "statement": f"The harbour {words} will close.",
        "language": "en",
        "desk": desk,
        "accept": True,
        "review_due_at": due.isoformat(),
    }
    if me.chance.random() < 0.34:
        passed = (now - timedelta(minutes=3)).isoformat()
        body["own_date"] = {"until": passed, "precision": "minute", "zone": "UTC"}
    return body


def review_claims(me: Caller, link: Callable[[str], str]) -> None:
    """A reviewer: takes what was routed to them, adds evidence, records a verdict."""
    number = 0
    while not me.stopped.is_set():
        answer = me.ask("GET", "/claims?assignee=me&state=queued,in_review&sort=due&limit=5")
        rows = answer.body["results"] if answer is not None and answer.status == 200 else []
        for row in rows[:2]:
            number += 1
            review(me, row, me.words(number), link)
        me.rest(0.1, 0.5)


def take_claims(me: Caller) -> None:
    """The same person in two windows: takes two claims from the pool at the same instant, again and again."""
    number = 0
    while not me.stopped.is_set():
        answer = me.ask("GET", "/claims?assignee=none&state=queued&limit=20")
        rows = answer.body["results"] if answer is not None and answer.status == 200 else []
        with ThreadPoolExecutor(2) as windows:
            for row in me.chance.sample(rows, min(2, len(rows))):
                number += 1
                windows.submit(take, me, row["id"], me.words(number))
        me.rest(0.1, 0.4)


def take(me: Caller, claim: int, words: str) -> None:
    """Take one claim; that it is refused is nothing unusual."""
    me.ask("POST", f"/claims/{claim}/assignments", {"action": "take"}, Idempotency_Key=words)


def review(me: Caller, row: dict[str, Any], words: str, link: Callable[[str], str]) -> None:
    """Two links and a verdict; or, where the claim has a date, one link and "unproven"."""
    claim, dated = row["id"], row["own_date"] is not None
    for part in ("a",) if dated else ("a", "b"):
        item = {"question": "so", "stance": "supports", "kind": "link", "url": link(f"{words}/{part}")}
        answer = me.insist(f"/claims/{claim}/evidence", item, f"{words}-{part}")
        if answer is not None and answer.status == 201:
            me.journal.evidence[answer.body["id"]] = claim
    seen = me.ask("GET", f"/claims/{claim}")
    if seen is None or seen.status != 200:
        return
    said: dict[str, Any] = {"said": "not_checked", "so": "unproven" if dated else "confirmed", "why": WHY}
    if dated:
        said["outcome"] = "unknown"
    answer = me.insist(f"/claims/{claim}/reviews", said, f"{words}-v", If_Match=seen.etag)
    if answer is not None and answer.status == 201:
        me.journal.reviews[answer.body["review"]["id"]] = claim


def edit_claims(me: Caller) -> None:
    """An editor: moves dates, changes priorities, dismisses, each with a reason of its own."""
    number = 0
    while not me.stopped.is_set():
        answer = me.ask("GET", "/claims?state=queued,in_review&sort=-created&limit=6")
        rows = answer.body["results"] if answer is not None and answer.status == 200 else []
        if rows:
            number += 1
            step(me, me.chance.choice(rows)["id"], me.words(number))
        me.rest(0.1, 0.4)


def step(me: Caller, claim: int, words: str) -> None:
    """One step of an editor on a claim as they saw it."""
    seen = me.ask("GET", f"/claims/{claim}")
    if seen is None or seen.status != 200:
        return
    due = datetime.now(UTC) + timedelta(seconds=me.chance.uniform(2, 6))
    body: dict[str, Any] = me.chance.choice(
        [
            {"action": "set_priority", "priority": me.chance.randint(1, 4), "reason": words},
            {"action": "set_due", "review_due_at": due.isoformat(), "reason": words},
            {"action": "dismiss", "reason": "other", "note": words},
        ]
    )
    answer = me.insist(f"/claims/{claim}/actions", body, words, If_Match=seen.etag)
    if answer is not None and answer.status == 200:
        me.journal.steps[words] = claim
