"""The home page: what somebody has to do, in few queries, with the numbers of its own lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims.lifecycle import Action, State, WaitingReason
from claims.models import Claim, Desk, DeskRole, Heartbeat, SourceKind, User
from claims.services.proposing import GivenStep
from reviews.models import Absence, Assignment, PolicyKind, Reviewer
from reviews.services.acting import act
from reviews.services.editing import profile_of
from tests import factories as make
from tests.admin.conftest import SignIn, page_of, step_of

HOME = "/admin/"


def test_the_queue_takes_at_most_twelve_queries(
    signed: SignIn, reviewer: Reviewer, fill: Callable[[int], None]
) -> None:
    client = signed(reviewer.user)
    fill(2)
    client.get(HOME)
    with CaptureQueriesContext(connection) as few:
        client.get(HOME)
    fill(8)
    with CaptureQueriesContext(connection) as many:
        assert client.get(HOME).status_code == 200
    assert len(many) == len(few)
    assert len(many) <= 12, [query["sql"][:90] for query in many]


def test_each_tab_counts_exactly_its_list(signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk) -> None:
    other = make.a_reviewer(desk)
    make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    make.a_claim(desk, State.DECIDED, by=editor, reviewer=reviewer)
    make.a_claim(desk, State.QUEUED, by=editor)
    make.a_claim(desk, State.QUEUED, by=editor)
    second = make.a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=other)
    make.put_on(second, reviewer, editor)
    client = signed(reviewer.user)
    expected = {"mine": 2, "pool": 2, "second": 1, "decided": 1}
    for view, number in expected.items():
        page = client.get(HOME, {"view": view})
        assert page.context["summary"].of(view) == number, view
        assert sum(len(group.rows) for group in page.context["groups"]) == number, view


def test_rows_are_grouped_by_urgency(signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk) -> None:
    late = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    make.fall_late(late, editor)
    parked = make.a_claim(desk, State.WAITING, by=editor, reviewer=reviewer)
    later = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    act(later.pk, Action.SET_DUE, make.viewer(editor), due=make.ahead(days=20), reason="It has time.")
    page = signed(reviewer.user).get(HOME)
    groups = {group.title: [row.claim.pk for row in group.rows] for group in page.context["groups"]}
    assert groups == {"Late": [late.pk], "Later": [later.pk], "Waiting for something": [parked.pk]}
    assert page.context["summary"].late == 1


def test_filters_live_in_the_address_and_are_shown_as_chips(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk
) -> None:
    make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    kept = make.a_claim(desk, State.WAITING, by=editor, reviewer=reviewer)
    page = signed(reviewer.user).get(HOME, {"state": "waiting", "desk": str(desk.pk)})
    assert [row.claim.pk for group in page.context["groups"] for row in group.rows] == [kept.pk]
    assert [(chip.name, chip.value) for chip in page.context["chips"]] == [("Desk", desk.name), ("State", "Waiting")]
    assert page.context["chips"][1].without == f"{HOME}?desk={desk.pk}"


@pytest.mark.parametrize(
    "address",
    [
        "?view=nonsense",
        "?desk=x&outlet=%00",
        "?flag=x&state=y&order=z&page=-1",
        "?claim=99999999999999",
        "?language=%00",
    ],
)
def test_an_address_that_means_nothing_shows_the_queue(address: str, signed: SignIn, reviewer: Reviewer) -> None:
    assert signed(reviewer.user).get(HOME + address).status_code == 200


def test_take_next_gives_a_pool_claim_and_opens_it(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk
) -> None:
    claim = make.a_claim(desk, by=editor)
    answer = signed(reviewer.user).post(reverse("admin:claims_claim_take_next"))
    assert answer.headers["Location"] == reverse("admin:claims_claim_change", args=[claim.pk])
    assert Assignment.objects.open().get(claim=claim).reviewer == reviewer


def test_take_next_says_that_the_pool_is_empty(signed: SignIn, reviewer: Reviewer) -> None:
    page = signed(reviewer.user).post(reverse("admin:claims_claim_take_next"), follow=True)
    assert "No claim waits in the pool" in page.content.decode()


@pytest.mark.parametrize(("limit", "said"), [(1, "1 open claim"), (2, "2 open claims")])
def test_take_next_names_the_limit_and_no_claim_that_nobody_asked_about(
    signed: SignIn, editor: User, desk: Desk, limit: int, said: str
) -> None:
    busy = make.a_reviewer(desk, limit=limit)
    for _ in range(limit):
        make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=busy)
    make.a_claim(desk, by=editor)
    page = signed(busy.user).post(reverse("admin:claims_claim_take_next"), follow=True).content.decode()
    assert f"You have reached your limit of {said}. Finish or hand over one first." in page
    assert f"You are at your limit of {limit}." in page
    assert "You cannot take" not in page
    assert Assignment.objects.open().filter(reviewer=busy).count() == limit


def test_an_editor_whose_judgements_are_kept_takes_no_work_and_is_offered_none(signed: SignIn, editor: User) -> None:
    client = signed(editor)
    profile_of(editor)
    page = client.get(reverse("admin:index")).content.decode()
    assert 'data-testid="heading">0 open, 0 late, 0 more due today.</p>' in page
    assert 'data-testid="take-next"' not in page


def test_names_and_statements_in_other_scripts_keep_their_own_direction(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk
) -> None:
    """Two Arabic names beside an arrow are one run of text to a browser, and would change places."""
    chain = (GivenStep("صحيفة الميناء", SourceKind.OUTLET), GivenStep("الوزارة", SourceKind.ORGANISATION, verb="قالت"))
    claim = make.a_claim(desk, by=editor, statement="عاد 214 عاملا إلى العمل.", chain=chain)
    make.put_on(claim, reviewer, editor)
    client = signed(reviewer.user)
    for page in (HOME, page_of(claim), step_of(claim, "wait"), f"/desk/list/open?desk={desk.pk}"):
        shown = client.get(page).content.decode()
        assert (page == page_of(claim)) or f"<bdi>{claim.statement}</bdi>" in shown, page
        for name in ("صحيفة الميناء", "الوزارة") if page in {HOME, page_of(claim)} else ():
            assert f"<bdi>{name}</bdi>" in shown, page


def test_reading_the_address_of_take_next_takes_nothing(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk
) -> None:
    make.a_claim(desk, by=editor)
    signed(reviewer.user).get(reverse("admin:claims_claim_take_next"))
    assert not Assignment.objects.exists()


def test_an_empty_queue_says_how_many_wait_in_the_pool(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk
) -> None:
    make.a_claim(desk, by=editor)
    body = signed(reviewer.user).get(HOME).content.decode()
    assert "Nothing is assigned to you. 1 claim waits in the pool." in body


def test_a_reviewer_who_takes_no_work_reads_why_nothing_comes_to_them(signed: SignIn, editor: User, desk: Desk) -> None:
    claim = make.a_claim(desk, by=editor)
    newcomer = make.joined(make.a_person(), desk, DeskRole.REVIEWER)
    client = signed(newcomer)
    assert "You have no profile as a reviewer yet, so no claim comes to you" in client.get(HOME).content.decode()
    refused = client.post(step_of(claim, "take"), follow=True).content.decode()
    assert "You have no profile as a reviewer. An editor of the desk or an administrator adds one." in refused
    make.profiled(newcomer, is_active=False)
    assert "Your profile says that you take no work, so no claim comes to you" in client.get(HOME).content.decode()
    Reviewer.objects.filter(user=newcomer).update(is_active=True)
    assert "no claim comes to you" not in client.get(HOME).content.decode()
    assert "no claim comes to you" not in signed(editor).get(HOME).content.decode()


def test_an_empty_queue_leads_to_the_claims_that_wait_for_an_editor(signed: SignIn) -> None:
    desk = make.a_desk_with(make.a_policy(PolicyKind.WITH_EDITOR, 2))
    first = make.a_reviewer(desk)
    claim = make.a_claim(desk, State.IN_REVIEW, reviewer=first)
    make.evidence_for(claim)
    make.review_by(claim, first)
    body = unescape(signed(make.an_editor(desk)).get(HOME).content.decode())
    assert "Nothing is assigned to you. 1 claim waits for an editor's judgement." in body
    assert '<a class="cd-btn" href="?view=second">' in body


def test_an_empty_newsroom_names_the_next_claim_due(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk
) -> None:
    ines = make.a_reviewer(desk)
    make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=ines)
    body = signed(reviewer.user).get(HOME).content.decode()
    assert "Nothing to do. The next claim due is" in body
    assert f"assigned to {ines.user.first_name}." in body


def test_a_row_says_what_a_claim_waits_for_and_what_was_noted(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk
) -> None:
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    until, due = make.ahead(hours=2), make.ahead(hours=3)
    by, reason = make.viewer(editor), WaitingReason.OTHER_CLAIM
    act(claim.pk, Action.WAIT, by, reason=reason, note="#7", until=until, due=due)
    assert "<span>Waiting for another claim: #7</span>" in signed(reviewer.user).get(HOME).content.decode()


def test_filters_that_match_nothing_say_so(signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk) -> None:
    make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    body = signed(reviewer.user).get(HOME, {"state": "waiting"}).content.decode()
    assert "No claim matches these filters." in body


def test_the_page_says_that_alerts_are_delayed_and_stops_saying_it(signed: SignIn, reviewer: Reviewer) -> None:
    client = signed(reviewer.user)
    assert "Deadline alerts are delayed." in client.get(HOME).content.decode()
    Heartbeat.objects.create(name="sweep", ran_at=timezone.now())
    assert "Deadline alerts are delayed." not in client.get(HOME).content.decode()


def test_somebody_away_is_told_so(signed: SignIn, reviewer: Reviewer) -> None:
    now = timezone.now()
    Absence.objects.create(reviewer=reviewer, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=3))
    assert "You are marked away until" in signed(reviewer.user).get(HOME).content.decode()


def test_a_preview_offers_only_what_its_reader_may_do(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk
) -> None:
    mine, pool = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer), make.a_claim(desk, by=editor)
    client, preview = signed(reviewer.user), "admin:claims_claim_preview"
    own, other = (client.get(reverse(preview, args=[one.pk])).content.decode() for one in (mine, pool))
    for key, name in (("h", "hand_over"), ("w", "wait"), ("o", "ask_second_opinion")):
        assert f'href="{step_of(mine, name)}" data-cd-key="{key}"' in own
        assert name not in other


def test_a_preview_is_of_a_claim_one_may_see(signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk) -> None:
    claim = make.a_claim(desk, by=editor)
    foreign = make.a_claim(make.a_desk())
    client = signed(reviewer.user)
    body = client.get(reverse("admin:claims_claim_preview", args=[claim.pk])).content.decode()
    assert f"<mark>{make.QUOTE}</mark>" in body
    assert client.get(reverse("admin:claims_claim_preview", args=[foreign.pk])).status_code == 404


def test_claims_of_other_desks_are_in_nobodys_pool(signed: SignIn, reviewer: Reviewer) -> None:
    make.a_claim(make.a_desk())
    assert signed(reviewer.user).get(HOME, {"view": "pool"}).context["summary"].pool == 0


def test_somebody_without_a_desk_sees_a_sentence_and_no_claim(signed: SignIn) -> None:
    make.a_claim(make.a_desk(), statement="Not for strangers.")
    body = signed(make.a_person()).get(HOME).content.decode()
    assert "You are on no desk yet." in body
    assert "Not for strangers." not in body


def test_markup_in_a_statement_is_shown_as_text(signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk) -> None:
    make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer, statement="<script>alert(1)</script> is so.")
    assert Claim.objects.count() == 1
    assert "<script>alert(1)" not in signed(reviewer.user).get(HOME).content.decode()
