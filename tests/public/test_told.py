"""What readers were told is kept as it was told, and nothing else can leave the house."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.exports.told import Told
from claims.lifecycle import Action
from claims.models import Publication
from claims.verdicts import Outcome
from reviews.services.acting import act
from tests import factories as make
from tests.asked import words_of
from tests.public.newsdesk import HIDDEN, STATEMENT, NewsDesk

OUTCOME_UNKNOWN = replace(make.UNPROVEN, outcome=Outcome.UNKNOWN)
ADDRESSES = ("/c/", "/c/corrections", "/feeds/claimreview.json", "/feeds/verdicts.atom", "/feeds/corrections.atom")


def about(number: int) -> tuple[str, ...]:
    return (*ADDRESSES, f"/c/{number}", f"/c/{number}.json")


def read(reader: Client, address: str) -> str:
    answer = reader.get(address)
    return (b"".join(answer) if answer.streaming else answer.content).decode()


def test_it_holds_what_is_public_of_the_evidence_and_not_a_word_more(news: NewsDesk) -> None:
    told = Publication.objects.get(decision__claim=news.published(everything=True)).told
    assert HIDDEN not in json.dumps(told)
    titles = {item["title"]: item for item in told["evidence"]}
    first = titles["Diary of the ministry"]
    assert titles["What repeats the diary"]["taken_from"] == first["number"]
    assert titles["Taken from what stays inside"]["taken_from"] is None
    assert set(titles) == {
        *("Diary of the ministry", "Minutes of the cabinet"),
        *("What repeats the diary", "A recording", "Taken from what stays inside"),
    }


def test_it_comes_back_as_it_was_kept(news: NewsDesk) -> None:
    claim = news.published(own=make.dated(make.ahead(hours=3)), answers=OUTCOME_UNKNOWN)
    kept = Publication.objects.get(decision__claim=claim).told
    assert json.loads(json.dumps(Told.from_json(kept).as_json())) == kept


def test_what_was_told_before_this_was_kept_is_gathered_the_same(news: NewsDesk) -> None:
    news.published(own=make.dated(make.ahead(hours=3)), answers=OUTCOME_UNKNOWN)
    news.corrected(news.published(everything=True))
    before = list(Publication.objects.order_by("decision").values_list("decision", "told"))
    gather = import_module("claims.migrations.0024_keep_what_readers_were_told").GATHER
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM claims_publication")
        cursor.execute(gather)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    assert list(Publication.objects.order_by("decision").values_list("decision", "told")) == before


def test_nobody_rewrites_it(news: NewsDesk) -> None:
    row = Publication.objects.get(decision__claim=news.published())
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        Publication.objects.filter(pk=row.pk).update(told={})
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        row.delete()


def test_readers_never_see_words_that_were_edited_since(news: NewsDesk, reader: Client) -> None:
    claim = news.published(short_text="She will resign")
    news.act(Action.REOPEN, claim, reason="There is something new.")
    act(claim.pk, Action.EDIT, make.viewer(news.editor), changes={"statement": f"{HIDDEN} resigns.", "short_text": ""})
    for address in (*about(claim.pk), "/v1alpha1/claims:search?reviewPublisherSiteFilter=127.0.0.1"):
        assert HIDDEN not in read(reader, address), address
    assert json.loads(read(reader, f"/v1alpha1/claims:search?query={HIDDEN}")) == {}
    assert STATEMENT.split("<")[0] in read(reader, f"/c/{claim.pk}")


def test_public_addresses_read_no_other_table(news: NewsDesk, reader: Client) -> None:
    claim = news.corrected(news.published())
    news.withdrawn(news.published())
    for address in about(claim.pk):
        with CaptureQueriesContext(connection) as asked:
            read(reader, address)
        tables = set(re.findall(r"(?:claims|reviews|django_session)_\w+", " ".join(words_of(asked))))
        assert tables <= {"claims_publication", "claims_decision"}, address
