"""Processes of the version before go on writing on the new tables, until those of the new version have taken over."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models import BaseConstraint, Field, ForeignKey, Model

from claims.models import Article, User
from reviews.models import DeadlinePolicy, Reviewer, WorkCalendar
from tests import factories as make
from verify_project.runtime.places import CHECKOUT

OURS = ("claims", "reviews")
AnyField = Field[Any, Any]
Fields = dict[tuple[str, str], AnyField]  # by model and name
Guards = dict[tuple[str, str], Any]
values = MigrationAutodetector(ProjectState(), ProjectState()).deep_deconstruct  # comparable ones, all the way down

# Columns that came after their tables and have no default of the database: why none could say what belongs there.
MUST_BE_NAMED = {
    "claims_article.first_headline": "the trigger article_first_headline takes the headline of whoever leaves it out",
    "claims_decision.recorded_at": "a default would hide a forgotten one; what is older than claims 0003 is refused",
    "claims_repeatablecall.body": "it was there, and could be null; what is older than claims 0039 is refused a null",
    "claims_escalation.desk_id": "only the step knows whose ladder it was; what is older than claims 0015 is refused",
}
# The version before has at least these migrations, as docs/running.md says.
OLDEST = {"claims": "0041_call_them_people", "reviews": "0019_seats_left_while_away"}
# Later ones that take away what the code before them reads, or ask more of what it writes: why it may go on, or cannot.
MAY_REFUSE = {
    "claims.0043_know_articles_by_the_headline_they_came_with": "refused: what repeats a headline corrected since",
    "claims.0046_what_older_processes_leave_out": "the trigger fills in what is left out, and refuses nothing",
    "reviews.0022_notices_of_lost_claims": "it tells of no losses; the rest is once a day, as it was",
}
WITHOUT_DEFAULT = """
SELECT attrelid::regclass::text || '.' || attname FROM pg_attribute
 WHERE attrelid::regclass::text = ANY(%s) AND attnum > 0 AND NOT attisdropped
   AND attnotnull AND NOT atthasdef AND attidentity = ''
"""


class Before(NamedTuple):
    """What there was before a migration, and after it."""

    migration: str
    fields: Fields
    guards: Guards
    fields_after: Fields
    guards_after: Guards


@cache
def migrations() -> tuple[Before, ...]:
    """Every migration in turn, the old steps in place of those that stand for them while there are any."""
    loader = MigrationLoader(None, replace_migrations=False)
    together = {key: one.replaces for key, one in loader.disk_migrations.items() if one.replaces and key[0] in OURS}
    ends = [*(replaced[-1] for replaced in together.values()), *loader.graph.leaf_nodes()]
    plan = list(dict.fromkeys(key for end in ends for key in loader.graph.forwards_plan(end)))
    return tuple(_turns(loader, [key for key in plan if key not in together]))


def _turns(loader: MigrationLoader, plan: list[tuple[str, str]]) -> Iterator[Before]:
    state = ProjectState()
    for app, name in plan:
        before = _fields(state), _guards(state)
        state = loader.disk_migrations[app, name].mutate_state(state, preserve=False)
        if app in OURS:
            yield Before(f"{app}.{name}", *before, _fields(state), _guards(state))


def _fields(state: ProjectState) -> Fields:
    models = {_table(key): model for key, model in state.models.items() if key[0] in OURS}
    return {(table, name): field for table, model in models.items() for name, field in model.fields.items()}


def _guards(state: ProjectState) -> Guards:
    """Constraints and triggers by table and name, to be compared."""
    found: Guards = {}
    for key, model in state.models.items():
        if key[0] in OURS:
            found |= {(_table(key), one.name): _asked(one) for one in model.options.get("constraints", ())}
            found |= {(_table(key), one.name): repr(one.install_sql) for one in model.options.get("triggers", ())}
    return found


def _asked(constraint: BaseConstraint) -> Any:
    """What a constraint asks of rows, not in which words it refuses them."""
    _, told, words = constraint.deconstruct()
    return type(constraint), values(told), values({key: word for key, word in words.items() if "error" not in key})


def _table(key: tuple[str, str]) -> str:
    return "_".join(key)


def _column(table: str, name: str, field: AnyField) -> str:
    return f"{table}.{field.db_column or (f'{name}_id' if isinstance(field, ForeignKey) else name)}"


def _is_narrower(before: AnyField, after: AnyField) -> bool:
    """Whether a value that the column took may be refused now, or be read as another kind of thing."""
    shorter = (after.max_length or 10**9) < (before.max_length or 10**9)
    return shorter or (before.null and not after.null) or type(before) is not type(after)


@pytest.mark.django_db
def test_whoever_does_not_know_a_column_may_leave_it_out() -> None:
    began: dict[str, set[str]] = {}
    for one in migrations():
        for (table, name), field in one.fields_after.items():
            if not any(before == table for before, _ in one.fields) and not field.null:
                began.setdefault(table, set()).add(_column(table, name, field))
    ours = [model._meta.db_table for app in OURS for model in apps.get_app_config(app).get_models()]
    assert set(ours) == set(began)
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_DEFAULT, [ours])
        needed = {column for (column,) in cursor.fetchall()}
    assert needed - set().union(*began.values()) == set(MUST_BE_NAMED)


def later_ones() -> list[Before]:
    return [one for one in migrations() for app, name in [one.migration.split(".")] if name > OLDEST[app]]


def test_the_page_for_who_runs_it_names_the_oldest_version_that_may_go_on() -> None:
    page = (CHECKOUT / "docs/running.md").read_text(encoding="utf-8")
    assert [name for app, name in OLDEST.items() if f"`{app}.{name}`" not in page] == []


def test_a_migration_that_takes_away_or_asks_for_more_is_named_with_its_reason() -> None:
    harder = set()
    for one in later_ones():
        tables = {table for table, _ in one.fields}
        gone = (one.fields.keys() | one.guards.keys()) - (one.fields_after.keys() | one.guards_after.keys())
        fewer = any(
            _is_narrower(one.fields[key], one.fields_after[key]) for key in one.fields.keys() & one.fields_after
        )
        more = {key for key, guard in one.guards_after.items() if key[0] in tables and one.guards.get(key) != guard}
        if gone or fewer or more:
            harder.add(one.migration)
    assert harder == set(MAY_REFUSE)


def test_the_database_fills_in_what_the_code_would() -> None:
    fields = [field for app in OURS for model in apps.get_app_config(app).get_models() for field in model._meta.fields]
    both = [field for field in fields if field.has_db_default() and field.has_default()]
    assert both
    assert [str(field) for field in both if field.db_default != field.get_default()] == []
    # Without a default of the code a row holds no value until it is written: right for a clock and a counter alone.
    assert {str(field) for field in fields if field.has_db_default() and not field.has_default()} == {
        "claims.ClaimEvent.tx",
        "claims.KeyEvent.recorded_at",
        "claims.SetUpEvent.recorded_at",
        "reviews.Interest.declared_at",
    }


def older(*nodes: tuple[str, str]) -> Any:
    """The models as the code of these migrations knows them."""
    return MigrationLoader(None, replace_migrations=False).project_state(list(nodes)).apps


@pytest.mark.django_db
def test_an_article_that_an_older_process_keeps_is_known_again_by_its_headline() -> None:
    known = make.an_article().article
    theirs = older(("claims", "0042_find_what_is_under_embargo")).get_model("claims", "Article")
    same = theirs.objects.values("outlet_id", "language", "published_at", "published_zone").get(pk=known.pk)
    kept = [theirs.objects.create(headline=words, **same).pk for words in ("The lock opens", "The quay closes")]
    for number, words in zip(kept, ("The lock opens", "The quay closes"), strict=True):
        article = Article.objects.get(pk=number)
        assert (article.first_headline, article.former_headlines, article.untold) == (words, [], False)
    with pytest.raises(IntegrityError, match="article_without_link_once"), transaction.atomic():
        theirs.objects.create(headline="The quay closes", **same)


@pytest.mark.django_db
def test_what_older_processes_leave_out_is_what_new_ones_begin_with() -> None:
    known = older(("claims", "0008_read_linked_pages"), ("reviews", "0003_second_opinions"))
    begun = {"name": "Harbour", "zone": "Europe/Kyiv"}, {"name": "Quick", "key": "quick"}, {"username": "falk"}
    calendar, policy, person = (
        known.get_model(model).objects.create(**given).pk
        for model, given in zip(("reviews.WorkCalendar", "reviews.DeadlinePolicy", "claims.User"), begun, strict=True)
    )
    reviewer = known.get_model("reviews.Reviewer").objects.create(user_id=person).pk
    for number, row in (
        (calendar, WorkCalendar(**begun[0])),
        (policy, DeadlinePolicy(**begun[1])),
        (person, User(**begun[2])),
        (reviewer, Reviewer(user_id=person)),
    ):
        assert said(type(row).objects.get(pk=number)) == said(row)


def said(row: Model) -> dict[str, object]:
    """What a row says, without its number and the moment at which it was written."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    return {field.attname: getattr(row, field.attname) for field in fields if field.attname != "date_joined"}
