"""The tables of a new site are made in one step; a site that has some of the many old steps takes the rest of them."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

values = MigrationAutodetector(ProjectState(), ProjectState()).deep_deconstruct  # comparable ones, all the way down
# Indexes that any question which they serve is served by another for: whole ones with fewer columns, in the same order.
REPEATED = """
SELECT short.indexrelid::regclass::text, long.indexrelid::regclass::text
  FROM pg_index short
  JOIN pg_index long ON long.indrelid = short.indrelid AND long.indexrelid <> short.indexrelid
   AND starts_with(long.indkey::text, short.indkey::text || ' ')
   AND starts_with(long.indoption::text, short.indoption::text || ' ')
   AND starts_with(long.indclass::text, short.indclass::text || ' ')
 WHERE short.indrelid::regclass::text = ANY(%s) AND NOT short.indisunique
   AND short.indpred IS NULL AND long.indpred IS NULL AND short.indexprs IS NULL AND long.indexprs IS NULL
"""
Models = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    """What the folders hold, the old steps beside those that stand for them."""
    return MigrationLoader(None, replace_migrations=False)


def test_the_tables_made_in_one_step_are_those_that_the_old_steps_lead_to(loader: MigrationLoader) -> None:
    new = [key for key, migration in loader.disk_migrations.items() if migration.replaces]
    old = [loader.disk_migrations[key].replaces[-1] for key in new]
    assert sorted(key[0] for key in new) == ["claims", "reviews"]
    stepwise, at_once = models_after(loader, old), models_after(loader, new)
    assert stepwise.keys() == at_once.keys()
    for key, said in stepwise.items():
        assert at_once[key] == said, key


def test_the_one_step_stands_for_every_old_step_in_turn(loader: MigrationLoader) -> None:
    for (app, name), migration in loader.disk_migrations.items():
        if migration.replaces:
            before = sorted(other for app_of, other in loader.disk_migrations if app_of == app and other != name)
            last = migration.replaces[-1][1]
            assert migration.replaces == [(app, other) for other in before if other <= last]


@pytest.mark.django_db
def test_tables_that_live_on_changes_keep_room_and_are_tidied_early() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reloptions FROM pg_class WHERE relkind = 'r' AND reloptions IS NOT NULL")
        assert dict(cursor.fetchall()) == {
            "claims_claimhead": ["fillfactor=70"],
            "claims_alarm": [
                "autovacuum_vacuum_scale_factor=0",
                "autovacuum_vacuum_threshold=2000",
                "autovacuum_analyze_scale_factor=0",
                "autovacuum_analyze_threshold=5000",
            ],
        }


@pytest.mark.django_db
def test_no_index_of_ours_repeats_the_beginning_of_another() -> None:
    ours = [model._meta.db_table for app in ("claims", "reviews") for model in apps.get_app_config(app).get_models()]
    with connection.cursor() as cursor:
        cursor.execute(REPEATED, [ours])
        assert cursor.fetchall() == []


def models_after(loader: MigrationLoader, nodes: Sequence[tuple[str, str]]) -> Models:
    """What the migrations up to `nodes` say of each model: fields, options, bases."""
    state: ProjectState = loader.project_state(list(nodes))
    return {key: told(model) for key, model in state.models.items()}


def told(model: ModelState) -> dict[str, Any]:
    options = {name: value for name, value in model.options.items() if name != "abstract"}  # no table is
    guards = {kind: sorted(options.pop(kind, []), key=lambda it: str(it.name)) for kind in ("indexes", "constraints")}
    triggers = sorted((trigger.name, repr(trigger.install_sql)) for trigger in options.pop("triggers", []))
    return {
        "fields": {name: values(field)[1:] for name, field in model.fields.items()},
        "guards": {kind: values(found) for kind, found in guards.items()},
        "triggers": triggers,
        "options": values(options),
        "bases": model.bases,
        "managers": [name for name, _ in model.managers],
    }
