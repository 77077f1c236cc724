"""Random newsrooms for the rules of routing: people, claims, and who may take what, said another way."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from reviews.routing import Away, Candidate, ClaimFacts

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CLAIM = ClaimFacts(
    101, 1, "World", "uk", frozenset({"politics", "defence"}), {7: "RBC-Ukraine", 8: "The Guardian"}, priority=2
)
ANNA = Candidate(1, frozenset({1}), frozenset({"uk", "en"}), frozenset({"politics"}))
AWAY = (Away(NOW - HOUR, NOW + 200 * HOUR),)

MOMENTS = st.sampled_from([None, NOW - HOUR, NOW - 2 * HOUR])
PEOPLE = st.lists(
    st.builds(
        Candidate,
        reviewer_id=st.integers(1, 9),
        desks=st.sampled_from([frozenset({1}), frozenset({1, 2}), frozenset({2})]),
        languages=st.frozensets(st.sampled_from(["uk", "en", "en-GB"])),
        topics=st.frozensets(st.sampled_from(["politics", "defence", "sport"])),
        interests=st.frozensets(st.sampled_from([7, 9]), max_size=1),
        open_load=st.integers(0, 5),
        limit=st.integers(0, 5),
        active=st.sampled_from([True, True, True, False]),
        away=st.sampled_from([(), (), AWAY]),
        idle_since=MOMENTS,
        works_at=st.sampled_from([None, None, NOW, NOW + HOUR, NOW + 2 * HOUR]),
        seconds=st.sampled_from([True, True, False]),
    ),
    max_size=8,
    unique_by=lambda candidate: candidate.reviewer_id,
)
CLAIMS = st.lists(
    st.builds(
        ClaimFacts,
        claim_id=st.integers(1, 12),
        desk_id=st.sampled_from([1, 2]),
        desk_name=st.just("World"),
        language=st.sampled_from(["", "en", "uk"]),
        topics=st.frozensets(st.sampled_from(["politics", "defence"])),
        sources=st.sampled_from([{}, {7: "RBC-Ukraine"}]),
        held_by=st.frozensets(st.integers(1, 9), max_size=2),
        left_by=st.frozensets(st.integers(1, 9), max_size=1),
        recused=st.frozensets(st.integers(1, 9), max_size=1),
        entered_by=st.none() | st.integers(1, 9),
        priority=st.integers(1, 4),
        due_at=st.sampled_from([None, NOW, NOW + HOUR, NOW + 2 * HOUR]),
        needed=st.sampled_from([frozenset(), frozenset(), frozenset({"politics"}), frozenset({"sport", "defence"})]),
        second=st.booleans(),
    ),
    max_size=10,
    unique_by=lambda claim: claim.claim_id,
)


def may_take(claim: ClaimFacts, person: Candidate) -> bool:
    """The rules once more, said another way."""
    return (
        person.active
        and claim.desk_id in person.desks
        and (not claim.language or any(tag[:2] == claim.language for tag in person.languages))
        and not person.interests & set(claim.sources)
        and claim.needed <= person.topics
        and (person.seconds or not claim.second)
        and not person.away
        and (person.works_at is None or claim.due_at is None or claim.due_at <= NOW or person.works_at < claim.due_at)
        and person.reviewer_id not in {*claim.held_by, *claim.left_by, *claim.recused, claim.entered_by}
    )
