"""Rows that steps write one at a time stand in their tables as `save` would have written them."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Model

from claims.models import Article, Claim, ClaimEvent, ClaimHead, Source, SourceKind
from claims.models.inserting import insert_together
from claims.models.making import new
from claims.models.writing import insert, update
from reviews.models import Assignment
from tests import factories as make

pytestmark = pytest.mark.django_db
OWN = {"created_at", "canonical_url"}


def columns(row: Model) -> dict[str, object]:
    """What a row says, without its number, its link and the moment at which it was written."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    return {field.attname: getattr(row, field.attname) for field in fields if field.attname not in OWN}


def test_a_row_that_was_inserted_says_what_one_that_was_saved_says() -> None:
    outlet = Source.objects.create(name="Harbour Post", kind=SourceKind.OUTLET)
    given = {
        "outlet": outlet,
        "headline": "It's 100 % %s",
        "authors": ["Ines Falk", "a, b", '"'],
        "language": "en",
        "published_at": make.now(),
        "published_zone": "UTC",
    }
    saved = Article(canonical_url="https://harbour.example/1", **given)
    inserted = new(Article, canonical_url="https://harbour.example/2", **given)
    saved.save()
    insert(inserted)
    assert inserted.pk > saved.pk
    assert not inserted._state.adding
    assert inserted.created_at >= saved.created_at
    read = Article.objects.get(pk=inserted.pk)
    assert columns(read) == columns(inserted) == columns(Article.objects.get(pk=saved.pk))
    inserted.headline = "Another"
    inserted.save()
    assert Article.objects.count() == 2


def test_what_the_database_fills_in_comes_back() -> None:
    claim = make.a_claim(make.a_desk())
    event = claim.events.get(type="claim.accept")
    assert isinstance(event.tx, int)
    assert event.tx == ClaimEvent.objects.get(pk=event.pk).tx
    assert claim.search
    seat = make.put_on(claim, make.a_reviewer(make.a_desk()), make.an_editor(claim.desk or make.a_desk()))
    assert columns(Assignment.objects.get(pk=seat.pk)) == columns(seat)


def test_rows_that_are_inserted_together_keep_what_they_say_where_the_database_has_a_default() -> None:
    known = make.an_article().article
    same = {
        name: getattr(known, name) for name in ("outlet", "language", "published_at", "published_zone", "created_at")
    }
    told = {"The lock opens": [], "The quay closes": ["The quay", "a, b"]}
    insert_together(
        [new(Article, headline=it, first_headline=it, former_headlines=had, **same) for it, had in told.items()]
    )
    kept = Article.objects.filter(headline__in=told)
    assert {article.headline: article.former_headlines for article in kept} == told


def test_only_the_named_fields_of_a_row_are_changed() -> None:
    desk, other = make.a_desk(), make.a_desk()
    claim = make.a_claim(desk)
    Claim.objects.filter(pk=claim.pk).update(short_text="Somebody else's")
    claim.topics, claim.desk, claim.short_text = ["harbour", "law"], other, "Ours, which is not named"
    update(claim, ["topics", "desk"])
    read = make.fresh(claim)
    assert (read.topics, read.desk, read.short_text) == (["harbour", "law"], other, "Somebody else's")


def test_a_row_that_is_not_there_is_not_changed_and_one_that_is_there_is_not_inserted_again() -> None:
    claim = make.a_claim(make.a_desk())
    gone = Claim(pk=claim.pk + 1000, statement="Nowhere")
    with pytest.raises(DatabaseError, match="is not there to be changed"):
        update(gone, ["statement"])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(new(ClaimHead, claim=claim))
