"""What every test stands on: real PostgreSQL, a real broker, and a word about what was left out."""

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain, groupby
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.contrib.admin import autodiscover
from django.db import connection
from django.template import Context, Template
from django.test import TransactionTestCase, override_settings
from django.utils.safestring import SafeString
from hypothesis import HealthCheck, settings
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from claims.models import Desk, User
from reviews.models import Reviewer
from tests.emptying import empty_tables
from tests.factories import a_desk, a_reviewer, an_editor
from tests.intake.pages import FERRY, Site, site
from tests.keeping import files_in
from tests.running import Running, beat_words, broker_client, started, worker_words
from verify_project.room import with_room

# The one that takes least of the processor comes first.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
TABLES_TO_COPY = "CLAIMDESK_TEST_COPIES_TABLES"  # set where the database of DATABASE_URL is a throwaway one
LEFT_OUT = pytest.StashKey[int]()

# How long one example takes says how busy the machine is: speed is measured by `make bench`.
settings.register_profile("untimed", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# Thousands of tests are gathered, and all of them stay: they are not walked in search of rubbish meanwhile.
gc.set_threshold(100_000, 50, 100)


def find_chromium() -> str | None:
    """Path of a Chromium, from CHROMIUM or the PATH."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)


def pytest_xdist_auto_num_workers() -> int:
    """As many as there are processors, and three: some wait at any time, for a date, a server, a browser."""
    return len(os.sched_getaffinity(0)) + 3


def pytest_collection_finish() -> None:
    """Load the pages of the admin, as web processes do, and leave what was imported out of the rubbish rounds."""
    autodiscover()
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave browser tests out, and count them, where there is no browser; begin what takes long early."""
    items[:] = long_ones_early(items, int(getattr(config, "workerinput", {}).get("workercount", 1)))
    config.stash[LEFT_OUT] = 0
    if find_chromium():
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium"))
            config.stash[LEFT_OUT] += 1


def long_ones_early(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests in an order in which no process is left alone at the end with a test that mostly waits.

    The run deals them out in as many equal parts as there are processes. Each part has its share of the long ones, and
    spreads them over its first half, so that some processes wait while others work. The others stay with those of their
    module, which may share what is costly to set up.
    """
    if workers == 1:
        return items
    long = [item for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")]
    short = set(items).difference(long)
    modules = [list(found) for _, found in groupby((item for item in items if item in short), module_of)]
    order: list[pytest.Item] = []
    for part in range(workers):
        waiting, quick = long[part::workers], modules[part::workers]
        apart = len(quick) / 2 / max(1, len(waiting))
        early = [(place * apart, [item]) for place, item in enumerate(waiting)]
        placed = sorted([*early, *enumerate(quick)], key=lambda pair: pair[0])
        order += chain.from_iterable(group for _, group in placed)
    return order


def module_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run every test where calls have room, which they lack below pytest's own frames as they do below a server's."""
    runner: Any = item.config.pluginmanager.get_plugin("runner")
    return bool(with_room(runner.pytest_runtest_protocol, item, nextitem))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was left out, and the line that installs what it needs."""
    if find_chromium() is None:
        terminalreporter.write_line("Browser tests were left out, no Chromium was found: apt-get install -y chromium")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Copy the tables that `make test` has brought up to date, so that no process of the run needs to migrate."""
    assert django_db_modify_db_settings is None
    if TABLES_TO_COPY in os.environ:
        connection.settings_dict["TEST"]["TEMPLATE"] = connection.settings_dict["NAME"]


@pytest.fixture(scope="session", autouse=True)
def _fast_passwords() -> Iterator[None]:
    """Signing in costs a third of a second on purpose; tests need not pay it."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def _files_found_when_asked_for() -> Iterator[None]:
    """Every client of a test would list all files that the site serves, before its first page."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session", autouse=True)
def _contexts_of_whole_templates(django_test_environment: None) -> Iterator[None]:
    """A client keeps what a page was made from. It would copy that anew for each of a hundred templates inside it."""
    assert django_test_environment is None
    whole: Any = Template
    told = whole._render

    def render(template: Template, context: Context) -> SafeString:
        made: SafeString = (
            told(template, context) if context.template is template else template.nodelist.render(context)
        )
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whole, "_render", render)
        yield


@pytest.fixture(scope="session", autouse=True)
def _tables_are_emptied_by_deletion() -> Iterator[None]:
    """Tests with committed rows leave none behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: empty_tables())
        yield


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser that tests marked `browser` start."""
    found = find_chromium()
    assert found, "tests with this fixture carry the marker `browser`"
    return found


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database of the run. Before it goes, sessions end that belong to connections which clients kept open."""
    yield django_db_setup
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, live_server: LiveServer) -> LiveServer:
    """The server of pages, begun after the database that it reads, so that it ends before it."""
    assert django_db_setup is None
    return live_server


@pytest.fixture
def desk(db: None) -> Desk:
    """A desk, as most tests need one. Where it must be of a kind, a module has its own."""
    return a_desk()


@pytest.fixture
def editor(desk: Desk) -> User:
    """An editor of the desk."""
    return an_editor(desk)


@pytest.fixture
def reviewer(desk: Desk) -> Reviewer:
    """Somebody who reviews for the desk."""
    return a_reviewer(desk)


class StartCelery(Protocol):
    """Starts a real worker, and beat beside it when asked; both end with the test."""

    def __call__(self, *, queues: str = "work,deadlines,slow", slots: int = 1, beat: bool = False) -> Running: ...


@pytest.fixture
def celery_worker_process(transactional_db: None, tmp_path: Path) -> Iterator[StartCelery]:
    """A starter of real Celery processes on this test's database and an emptied broker."""
    assert transactional_db is None
    with broker_client() as broker:
        broker.flushdb()
    with ExitStack() as processes:

        def start(*, queues: str = "work,deadlines,slow", slots: int = 1, beat: bool = False) -> Running:
            number = len(list(tmp_path.glob("worker-*.log")))
            words = worker_words(queues=queues, slots=slots, name=f"test{number}")
            worker = processes.enter_context(started(words, tmp_path / f"worker-{number}.log"))
            worker.wait_for("ready.")
            if beat:
                words = beat_words(tmp_path / f"beat-{number}")
                processes.enter_context(started(words, tmp_path / f"beat-{number}.log"))
            return worker

        yield start


@pytest.fixture
def kept_aside(settings: Any, tmp_path: Path) -> Path:
    """The folder of the test in which its kept files lie."""
    folder = tmp_path / "kept"
    settings.STORAGES = files_in(folder)
    return folder


@pytest.fixture
def far(settings: Any, kept_aside: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site elsewhere, to which the narrow door is open, here and in started processes; kept bytes lie aside."""
    monkeypatch.setenv("EVIDENCE_DIR", str(kept_aside))
    with site() as shown:
        settings.FETCH_DOOR = shown.door
        monkeypatch.setenv("FETCH_DOOR", shown.door)
        yield shown


@pytest.fixture
def ferry(far: Site) -> Site:
    """The same, showing a page that is an article without anything being added."""
    far.body = FERRY.encode()
    return far
