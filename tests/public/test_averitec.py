"""Published verdicts in the shape of AVeriTeC, by API and by hand."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from claims.exports.averitec import LABELS, TOO_EARLY
from claims.lifecycle import Action
from claims.verdicts import So
from tests import factories as make
from tests.api.conftest import with_key
from tests.public.newsdesk import STATEMENT, NewsDesk

# The members of a record, the labels and the media, as the data set has them.
MEMBERS = {
    *("claim", "required_reannotation", "label", "justification", "claim_date", "speaker", "original_claim_url"),
    *("cached_original_claim_url", "fact_checking_article", "reporting_source", "location_ISO_code", "claim_types"),
    *("fact_checking_strategies", "questions"),
}
ANSWER = {"answer", "answer_type", "source_url", "cached_source_url", "source_medium"}


def exported(**desks: Any) -> Any:
    answer = with_key(**desks).get("/exports/averitec")
    assert answer.status == 200
    return answer.body


def by_hand(shape: str) -> Any:
    out = StringIO()
    call_command("export", shape, stdout=out)
    return json.loads(out.getvalue())


def test_every_verdict_has_its_label() -> None:
    assert set(LABELS) == set(So)
    assert {*LABELS.values(), TOO_EARLY} == {
        *("Supported", "Refuted", "Not Enough Evidence", "Conflicting Evidence/Cherrypicking")
    }


def test_a_record_has_the_members_of_the_data_set(news: NewsDesk) -> None:
    claim = news.published(everything=True)
    (record,) = exported()
    assert record.keys() == MEMBERS
    article = claim.appearances.get().revision.article
    assert (record["claim"], record["label"]) == (STATEMENT, "Supported")
    there = article.published_at.astimezone(ZoneInfo(article.published_zone))
    assert record["claim_date"] == f"{there:%d-%m-%Y}"
    assert (record["speaker"], record["reporting_source"]) == ("a person close to her", article.outlet.name)
    assert record["fact_checking_article"] == f"{settings.SITE_URL}/c/{claim.pk}"
    assert record["claim_types"] == ["Event/Property Claim"]
    for asked in record["questions"]:
        (answer,) = asked["answers"]
        assert answer.keys() == ANSWER
    first = record["questions"][0]
    assert first["question"] == "Is it so? What does “Diary of the ministry” show?"
    assert first["answers"][0]["source_medium"] == "Web text"


def test_a_verdict_without_public_evidence_has_the_question_that_nobody_could_answer(news: NewsDesk) -> None:
    claim = make.a_claim(news.desk, by=news.editor)
    make.put_on(claim, reviewer := make.a_reviewer(news.desk), news.editor)
    make.review_by(claim, reviewer)
    news.act(Action.PUBLISH, claim)
    (record,) = exported()
    assert record["label"] == "Not Enough Evidence"
    assert record["fact_checking_strategies"] == []
    assert record["questions"][0]["answers"][0]["answer_type"] == "Unanswerable"


def test_it_holds_what_readers_are_told_now_of_the_callers_desks(news: NewsDesk) -> None:
    told = news.corrected(news.published())
    news.withdrawn(news.published())
    news.decided()
    records = exported(desks=(news.desk,))
    assert [record["fact_checking_article"] for record in records] == [f"{settings.SITE_URL}/c/{told.pk}"]
    assert records[0]["justification"].startswith("Three reports")
    assert exported(desks=(make.a_desk(),)) == []
    assert by_hand("averitec") == records


def test_a_demo_says_so(news: NewsDesk) -> None:
    news.act(Action.PUBLISH, news.decided(is_demo=True))
    (record,) = exported()
    assert record["is_demo"] is True
    assert record["justification"].startswith("Demo: ")


def test_the_command_writes_the_feed_of_claim_reviews_too(news: NewsDesk, reader: Any) -> None:
    news.corrected(news.published())
    news.withdrawn(news.published())
    assert by_hand("claimreview") == json.loads(b"".join(reader.get("/feeds/claimreview.json")))


def test_the_command_needs_the_sites_address(db: None, settings: Any) -> None:
    settings.SITE_URL = ""
    with pytest.raises(CommandError, match="SITE_URL"):
        by_hand("averitec")
