"""Only distinct origins count as evidence."""

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.origins import count_origins, distinct_origins, drawn, items_by_origin, origin_of, with_repeats

PARENTS = st.dictionaries(st.integers(1, 12), st.none() | st.integers(1, 15))


def test_seven_reports_of_one_paper_are_one_origin() -> None:
    parents = dict.fromkeys(range(2, 9), 1)
    count = count_origins(parents, range(2, 9))
    assert (count.items, count.origins) == (7, 1)
    assert count.sentence == "7 items, 1 origin."


def test_an_item_without_a_parent_is_its_own_origin() -> None:
    assert distinct_origins({1: None, 2: None}, [1, 2]) == {1, 2}


def test_a_chain_is_followed_to_its_root() -> None:
    assert origin_of({4: 3, 3: 2, 2: 1, 1: None}, 4) == 1


def test_a_parent_that_is_not_listed_is_an_origin() -> None:
    assert distinct_origins({5: 90, 6: 90, 7: 91}, [5, 6, 7]) == {90, 91}


def test_items_that_derive_from_each_other_are_one_origin() -> None:
    parents = {1: 2, 2: 3, 3: 2, 4: 1, 5: 5}
    assert distinct_origins(parents, [1, 2, 3, 4]) == {2}
    assert distinct_origins(parents, [5]) == {5}


def test_no_items_have_no_origin() -> None:
    assert count_origins({}, []).sentence == "0 items, 0 origins."


@pytest.mark.parametrize(("notes", "ending"), [(1, "1 note does not count."), (2, "2 notes do not count.")])
def test_the_sentence_says_what_was_left_out(notes: int, ending: str) -> None:
    assert count_origins({1: None}, [1], notes=notes).sentence == f"1 item, 1 origin. {ending}"


def test_one_page_added_twice_is_one_origin_whether_or_not_anybody_said_so() -> None:
    marks = {1: {"page a"}, 2: {"page b"}, 3: {"page a"}, 4: set[str]()}
    joined = with_repeats(dict.fromkeys(marks), marks)
    assert joined == {1: None, 2: None, 3: 1, 4: None}
    assert count_origins(joined, marks).sentence == "4 items, 3 origins."


def test_a_repeat_goes_back_to_what_its_page_was_taken_from() -> None:
    marks = {1: {"page a"}, 2: {"page b"}, 3: {"page a"}, 4: {"page c", "bytes 1"}, 5: {"bytes 1"}}
    assert with_repeats({1: None, 2: None, 3: 2, 4: 1, 5: 3}, marks) == {1: 3, 2: None, 3: 2, 4: 1, 5: 3}
    assert with_repeats({1: None, 2: None, 4: 1, 5: 2}, {4: marks[4], 5: marks[5]}) == {1: 2, 2: None, 4: 1, 5: 2}


@given(PARENTS, st.dictionaries(st.integers(1, 12), st.frozensets(st.sampled_from("abc"), max_size=2)))
def test_what_shares_a_mark_shares_its_origin(parents: dict[int, int | None], marks: dict[int, frozenset[str]]) -> None:
    joined = with_repeats(parents, marks)
    for item, other in combinations(marks, 2):
        assert not marks[item] & marks[other] or origin_of(joined, item) == origin_of(joined, other)
    assert len(distinct_origins(joined, parents)) <= len(distinct_origins(parents, parents))


def test_items_are_grouped_by_origin() -> None:
    assert items_by_origin({1: None, 2: 1, 3: None}, [3, 2, 1, 2]) == {1: [1, 2], 3: [3]}


@given(PARENTS, st.permutations(range(1, 13)))
def test_every_item_has_the_origin_of_what_it_derives_from(parents: dict[int, int | None], items: list[int]) -> None:
    for item, parent in parents.items():
        assert parent is None or origin_of(parents, item) == origin_of(parents, parent)
    origins = distinct_origins(parents, items)
    assert {origin_of(parents, origin) for origin in origins} == origins
    assert sorted(chain.from_iterable(items_by_origin(parents, items).values())) == sorted(items)


def test_the_drawing_puts_what_was_taken_below_its_origin() -> None:
    nodes = drawn({1: None, 2: 1, 3: 2, 4: None, 5: 1}, [2, 3, 4, 5])
    assert [(node.item, node.depth, node.parent) for node in nodes] == [
        (1, 0, None),
        (2, 1, 1),
        (3, 2, 2),
        (5, 1, 1),
        (4, 0, None),
    ]
    assert [node.line for node in nodes] == [0, 1, 2, 3, 4]


@given(PARENTS, st.lists(st.integers(1, 12), max_size=8))
def test_the_drawing_shows_every_item_once_and_as_many_origins_as_there_are(
    parents: dict[int, int | None], items: list[int]
) -> None:
    nodes = drawn(parents, items)
    shown = [node.item for node in nodes]
    assert len(shown) == len(set(shown))
    assert set(items) <= set(shown)
    assert {node.item for node in nodes if node.depth == 0} == distinct_origins(parents, shown)
    place = {node.item: node for node in nodes}
    assert all(node.parent is None or place[node.parent].line < node.line for node in nodes)
    assert all(node.parent is None or place[node.parent].depth == node.depth - 1 for node in nodes)
