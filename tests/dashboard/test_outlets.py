"""Sources of the last twelve months and corrections: figures are their lists, shares from ten, the caveat always."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from claims.lifecycle import Action, State
from claims.models import ArticleRevision, Claim, Desk, User
from claims.services.proposing import GivenStep
from claims.verdicts import Answers, Question, Said
from reviews.services.acting import act
from tests import factories as make
from tests.api.conftest import signed_in
from tests.dashboard.test_pages import listed, page

pytestmark = pytest.mark.django_db
CAVEAT = "Desks choose which claims to check, so this is not a score for the outlet as a whole."


def decided(
    desk: Desk,
    editor: User,
    where: ArticleRevision,
    answers: Answers = make.UNPROVEN,
    *,
    through: str = "A minister",
    kind: str = "person",
) -> Claim:
    """A decided claim of the article, which passed it on from somebody."""
    chain = [GivenStep(through, kind=kind)] if through else []
    reviewer = make.a_reviewer(desk)
    quote = make.a_quote(where)
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer, quote=quote, chain=chain)
    if answers.said != Said.NOT_CHECKED:
        make.evidence_for(claim, by=editor, question=Question.SAID)
    make.review_by(claim, reviewer, answers)
    return make.fresh(claim)


def panel(editor: User, address: str = "/desk/", name: str = "outlets") -> str:
    html = page(editor, address)
    return html[html.index(f'data-testid="{name}"') :].partition("</section>")[0]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def said(answer: Said) -> Answers:
    return replace(make.UNPROVEN, said=answer)


def test_outlets_show_verdicts_and_quotation_and_every_figure_is_its_list(desk: Desk, editor: User) -> None:
    busy, quiet = make.an_article(outlet="Harbour Post"), make.an_article(outlet="Capital Wire")
    for answer in [Said.ACCURATE] * 4 + [Said.ALTERED] + [Said.NOT_CHECKED] * 4:
        decided(desk, editor, busy.revision, said(answer))
    decided(desk, editor, busy.revision, said(Said.OWN_VOICE), through="")
    decided(desk, editor, quiet.revision)
    shown = panel(editor)
    assert "Harbour Post, Decided, 12 months 10" in words(shown)
    assert "0%, 0 to 28" in words(shown)
    assert "Harbour Post, Quoted accurately, 12 months 4 of Harbour Post, Quotation checked, 12 months 5" in words(
        shown
    )
    assert "Too few to show (10 needed): Capital Wire 1" in words(shown)
    assert CAVEAT in shown
    links = set(re.findall(r'href="(/desk/list/[^"]+was=\d+)"', shown))
    assert len(links) >= 6
    for address in links:
        assert listed(editor, address) == int(address.rsplit("was=", 1)[1]), address


def test_an_outlet_that_is_quoted_by_another_counts_with_what_it_made(desk: Desk, editor: User) -> None:
    for _ in range(10):
        decided(desk, editor, make.an_article().revision, said(Said.ACCURATE), through="Capital Wire", kind="outlet")
    shown = words(panel(editor))
    assert "Capital Wire, Decided, 12 months 10" in shown
    assert "Capital Wire, Quoted accurately" not in shown


def test_the_api_tells_the_same_of_one_source_with_ranges_and_links(desk: Desk, editor: User) -> None:
    busy = make.an_article(outlet="Harbour Post")
    for answer in [Said.ACCURATE] * 9 + [Said.ALTERED]:
        decided(desk, editor, busy.revision, said(answer))
    decided(desk, editor, busy.revision, said(Said.ACCURATE), through="")
    api = signed_in(editor)
    record = api.get(f"/sources/{busy.article.outlet_id}/track_record?decided_within=30d").body
    found, quoted = record["found"], record["quoted"]
    assert (found["decided"], found["verdicts"]) == (11, {"unproven": 11})
    assert (quoted["accurate"], quoted["checked"], quoted["share"]["value"]) == (9, 10, 0.9)
    assert quoted["share"]["low"] < 0.9 < quoted["share"]["high"]
    assert record["caveat"] == CAVEAT
    counted = {found["href"]: 11, quoted["checked_href"]: 10, quoted["accurate_href"]: 9}
    for address, number in counted.items():
        assert len(api.get(address.partition("/api/v1")[2]).body["results"]) == number


def test_the_page_of_a_source_has_its_year_and_every_figure_is_its_list(desk: Desk, editor: User) -> None:
    busy = make.an_article(outlet="Harbour Post")
    for answer in (Said.ACCURATE, Said.ALTERED, Said.NOT_CHECKED):
        decided(desk, editor, busy.revision, said(answer))
    editor.is_staff = True
    editor.save(update_fields=["is_staff"])
    html = page(editor, f"/admin/claims/source/{busy.article.outlet_id}/change/")
    shown = html[html.index('id="year-title"') :].partition("</section>")[0]
    assert "Quotation checked, 12 months 2" in words(shown)
    assert CAVEAT in shown
    links = re.findall(r'href="(/desk/list/[^"]+was=\d+)"', shown)
    assert len(links) == 4
    for address in links:
        assert listed(editor, address) == int(address.rsplit("was=", 1)[1]), address


def test_a_newsroom_without_verdicts_says_so(desk: Desk, editor: User) -> None:
    make.a_claim(desk, by=editor)
    assert "No claim was decided in the last 12 months." in panel(editor)
    assert "No verdict was published." in panel(editor, name="corrected")


def test_corrections_are_counted_among_what_was_published(desk: Desk, editor: User) -> None:
    where, viewer = make.an_article().revision, make.viewer(editor)
    claims = [decided(desk, editor, where) for _ in range(3)]
    for claim in claims[:2]:
        act(claim.pk, Action.PUBLISH, viewer)
    why = "Nothing that we could find settles it, for now."
    act(claims[0].pk, Action.CORRECT, viewer, correction_class="minor", note="Said more plainly.", why=why)
    shown = panel(editor, name="corrected")
    assert "1 corrected of 2 published" in words(shown)
    for address in re.findall(r'href="(/desk/list/[^"]+was=\d+)"', shown):
        assert listed(editor, address) == int(address.rsplit("was=", 1)[1]), address
