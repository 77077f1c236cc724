"""Settings start with nothing, refuse what is unsafe, and hold what the design binds."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.conf import settings
from django.contrib.sessions.backends import db
from django.test import Client

from claims.models import Fetch
from reviews.models import Message
from tests import factories as make
from tests.running import AS_INSTALLED
from verify_project import addresses, safety
from verify_project.celery import app
from verify_project.headers import STRICT, policy_for
from verify_project.runtime.places import CHECKOUT
from verify_project.runtime.site import children
from verify_project.sessions import SessionStore

LONG_KEY = "0123456789" * 6
PRODUCTION = {
    "CLAIMDESK_ENV": "production",
    "SECRET_KEY": "".join(chr(33 + n) for n in range(80)),
    "ALLOWED_HOSTS": "claims.example.org",
    "DATABASE_URL": "postgres://claims@db.example.org/claims",
    "BROKER_URL": "redis://broker.example.org/0",
    "EVIDENCE_DIR": "/srv/evidence",
}


class Manage(Protocol):
    """Runs a management command with these variables and none of ours."""

    def __call__(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture(scope="module")
def manage() -> Iterator[Manage]:
    """A runner of commands, each in a copy of one process that has loaded the libraries and nothing of the product."""
    line = [sys.executable, "-m", "tests.runtime.tries"]
    with subprocess.Popen(
        line, cwd=CHECKOUT, env=kept(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as tries:
        asked, told = tries.stdin, tries.stdout
        assert asked
        assert told

        def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
            asked.write(json.dumps({"words": words, "environment": kept() | environment}) + "\n")
            asked.flush()
            return subprocess.CompletedProcess(words, *json.loads(told.readline()))

        yield run


def kept() -> dict[str, str]:
    """The variables that every process needs."""
    return AS_INSTALLED | {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}


def python(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python anew, with these variables and none of ours."""
    line = [sys.executable, *words]
    return subprocess.run(line, cwd=CHECKOUT, env=kept() | environment, capture_output=True, text=True, check=False)


def check(**changes: Any) -> None:
    """Ask for production with one thing changed."""
    given: dict[str, Any] = {
        "secret_key": LONG_KEY,
        "hosts": ["claims.example.org"],
        "debug": False,
        "addresses": {"DATABASE_URL": "postgres://db/desk"},
    }
    safety.check_production(**(given | changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"secret_key": safety.DEVELOPMENT_KEY}, "development key"),
        ({"secret_key": "short"}, "too short"),
        ({"secret_key": "a" * 60}, "can be guessed"),
        ({"doors": {"FETCH_DOOR": "127.0.0.1:8000"}}, "FETCH_DOOR"),
        ({"doors": {"FETCH_DOOR": "", "WEBHOOK_DOORS": "127.0.0.1:8000"}}, "WEBHOOK_DOORS"),
        ({"hosts": []}, "ALLOWED_HOSTS"),
        ({"hosts": ["*"]}, "ALLOWED_HOSTS"),
        ({"debug": True}, "DEBUG"),
        ({"addresses": {"DATABASE_URL": ""}}, "Set DATABASE_URL"),
        ({"addresses": {"DATABASE_URL": "sqlite:///desk"}}, "DATABASE_URL must begin with postgres:// or"),
        ({"addresses": {"BROKER_URL": "amqp://broker"}}, "BROKER_URL must begin with redis://"),
        ({"addresses": {"EVIDENCE_DIR": "evidence"}}, "EVIDENCE_DIR must begin with /"),
        ({"hosts": ["https://claims.example.org"]}, "ALLOWED_HOSTS holds names alone"),
        ({"hosts": ["[::1]", "claims.example.org:8000"]}, "without port; it says 'claims.example.org:8000'"),
        ({"addresses": {"DATABASE_URL": "postgres://desk:x@db"}}, "must end with the name of the database"),
        ({"addresses": {"DATABASE_URL": "postgres://desk:x@db:port/desk"}}, "DATABASE_URL cannot be read"),
        ({"addresses": {"BROKER_URL": "redis://broker:port/0"}}, "BROKER_URL cannot be read"),
    ],
)
def test_production_refuses_and_says_why(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(safety.UnsafeSettings, match=words):
        check(**changes)


def test_the_development_key_stays_on_this_machine() -> None:
    with pytest.raises(safety.UnsafeSettings, match="this machine alone"):
        safety.check_development(hosts=["localhost", "claims.example.org"], secret_key=safety.DEVELOPMENT_KEY)


def test_a_process_in_production_ends_on_the_development_key_with_one_sentence() -> None:
    done = python("manage.py", "check", **(PRODUCTION | {"SECRET_KEY": safety.DEVELOPMENT_KEY}))
    assert done.returncode != 0
    assert "will not start with the development key" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_does_not_start_below_a_path_where_half_of_its_links_would_lead_past_it(manage: Manage) -> None:
    with pytest.raises(safety.UnsafeSettings, match="at the root of its host name, not below /desk"):
        safety.check_root("/desk")
    safety.check_root("/")
    done = manage("check", **(PRODUCTION | {"SCRIPT_NAME": "/desk"}))
    assert done.returncode != 0
    assert done.stderr.startswith("Claim Desk stands at the root")


@pytest.mark.parametrize("told", ["many", "0", "-1", "1.5", ""])
def test_a_limit_that_is_no_number_is_one_sentence_with_its_name(told: str) -> None:
    with pytest.raises(safety.UnsafeSettings, match="API_REQUESTS_PER_MINUTE must be a whole number"):
        safety.whole_number("API_REQUESTS_PER_MINUTE", told)
    assert safety.whole_number("API_REQUESTS_PER_MINUTE", "60") == 60


def test_a_process_ends_on_a_number_that_is_none_with_one_sentence(manage: Manage) -> None:
    done = manage("check", **(PRODUCTION | {"API_REQUESTS_PER_MINUTE": "many"}))
    assert done.returncode != 0
    assert done.stderr.startswith("API_REQUESTS_PER_MINUTE must be a whole number")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"CLAIMDESK_ENV": "prod"}, "CLAIMDESK_ENV must be production or development; it says 'prod'."),
        ({"CLAIMDESK_PROCESS": "wurker"}, "CLAIMDESK_PROCESS must be one of command, stream, web, worker; it says"),
        ({"BEHIND_PROXY": "nginx"}, "BEHIND_PROXY must be 1 or 0; it says 'nginx'."),
        ({"FETCH_PAGES": "of"}, "FETCH_PAGES must be 1 or 0; it says 'of'."),
        ({"SEND_WEBHOOKS": "none"}, "SEND_WEBHOOKS must be 1 or 0; it says 'none'."),
        ({"CSRF_TRUSTED_ORIGINS": "claims.example.org"}, "CSRF_TRUSTED_ORIGINS must begin with https:// or http://;"),
        ({"SITE_URL": "claims.example.org"}, "SITE_URL must begin with https:// or http://;"),
        (
            {"SITE_URL": "https://claims.example.org", "MAIL_URL": "mail.example.org"},
            "MAIL_URL must begin with smtp://",
        ),
        (
            {"CLAIMDESK_PROCESS": "web", "PROMETHEUS_MULTIPROC_DIR": "/nowhere"},
            "PROMETHEUS_MULTIPROC_DIR must be a directory that this process may write to; /nowhere is none.",
        ),
    ],
)
def test_a_process_ends_with_one_sentence_on_what_it_would_misread(
    manage: Manage, changes: dict[str, str], sentence: str
) -> None:
    done = manage("check", **(PRODUCTION | changes))
    assert done.returncode != 0
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words", ["celery -A verify_project worker", "celery -A verify_project beat", "verify_project.stream --port 1"]
)
def test_every_kind_of_process_ends_with_that_sentence_alone(words: str) -> None:
    done = python("-m", *words.split(), **(PRODUCTION | {"FETCH_PAGES": "of"}))
    assert done.returncode == 1
    assert done.stderr == "FETCH_PAGES must be 1 or 0; it says 'of'.\n"


def test_a_web_process_ends_with_that_sentence_and_gunicorn_with_it() -> None:
    words = "gunicorn verify_project.wsgi --no-control-socket --bind 127.0.0.1:0 --log-level error"
    done = python("-m", *words.split(), **(PRODUCTION | {"FETCH_PAGES": "of"}))
    assert done.returncode == 3
    assert done.stderr.startswith("FETCH_PAGES must be 1 or 0; it says 'of'.\n")
    assert "Traceback" not in done.stderr


def test_a_command_without_a_database_says_in_one_sentence_how_to_get_one(manage: Manage, tmp_path: Path) -> None:
    done = manage("showmigrations", CLAIMDESK_DATA=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("No database is running for this checkout")
    assert done.stderr.count("\n") == 1


def test_an_address_may_name_several_hosts_of_which_one_takes_changes() -> None:
    several = "postgres://desk:x@one:5432,two:5433/desk?target_session_attrs=read-write"
    check(addresses={"DATABASE_URL": several})
    assert addresses.database(several, "web")["HOST"] == "one,two"


def test_an_address_that_is_cut_by_a_character_of_its_password_shows_none_of_it(manage: Manage) -> None:
    done = manage("check", **(PRODUCTION | {"DATABASE_URL": "postgres://desk:hush/hush@db/desk"}))
    assert done.stderr.startswith("DATABASE_URL cannot be read")
    assert "hush" not in done.stdout + done.stderr


def test_production_passes_the_deployment_check(manage: Manage) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


def test_settings_start_with_no_variable_at_all() -> None:
    done = python("manage.py", "check")
    assert done.returncode == 0, done.stderr


def test_celery_is_an_alarm_clock_and_nothing_else() -> None:
    bound = {
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "task_ignore_result": True,
        "result_backend": None,
        "task_serializer": "json",
        "accept_content": ["json"],
        "timezone": "UTC",
        "enable_utc": True,
        "task_soft_time_limit": 90,
        "task_time_limit": 120,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "worker_max_tasks_per_child": 500,
        "broker_transport_options": {
            "visibility_timeout": 300,
            "socket_timeout": 5,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 5,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
        },
    }
    assert {name: app.conf[name] for name in bound} == bound


def test_every_beat_entry_expires_before_its_next_tick() -> None:
    entries = app.conf.beat_schedule
    assert {entry["task"] for entry in entries.values()} >= {"claims.sweep", "reviews.route", "claims.verify"}
    for entry in entries.values():
        assert entry["options"]["expires"] < entry["schedule"]


def queue_of(task: str) -> str:
    return str(app.amqp.router.route({}, task)["queue"].name)


def test_a_page_or_a_mail_server_that_hangs_keeps_neither_the_sweep_nor_routing_waiting() -> None:
    """Every periodic task by its queue: a new one is put where it belongs before it is started."""
    by_queue: dict[str, set[str]] = {}
    for entry in app.conf.beat_schedule.values():
        by_queue.setdefault(queue_of(entry["task"]), set()).add(entry["task"])
    assert by_queue == {
        "deadlines": {"claims.sweep"},
        "slow": {
            *("claims.check_files", "claims.read_pages", "claims.stamp_files", "claims.verify", "reviews.letters"),
            *("claims.forget_deliveries", "claims.import_articles", "claims.seal"),
        },
        "webhooks": {"claims.deliver"},
        "work": {
            *("reviews.route", "reviews.settle", "reviews.notices", "reviews.digests", "reviews.tend"),
            *("reviews.escalations", "claims.ladders", "claims.quotes", "claims.warnings"),
        },
    }


def test_every_queue_has_a_worker_of_its_own_and_so_does_the_guide_to_production() -> None:
    queues = {queue_of(entry["task"]) for entry in app.conf.beat_schedule.values()}
    commands = [" ".join(child.command) for child in children({}, 8000)]
    guide = (CHECKOUT / "docs" / "running.md").read_text()
    for found in (" ".join(commands), guide):
        assert sorted(re.findall(r" worker -Q (\S+) ", found)) == sorted(queues)


@pytest.mark.parametrize("process", ["web", "stream", "worker", "command"])
def test_every_wait_on_a_connection_has_an_end(process: str) -> None:
    limits = addresses.connection_limits(process)
    assert limits["connect_timeout"] > 0
    assert limits["tcp_user_timeout"] > 0
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        assert f"-c {name}=" in limits["options"]


def test_a_socket_directory_in_the_address_becomes_the_host() -> None:
    found = addresses.database("postgres://postgres@/claimdesk?host=/tmp/sockets", "web")
    assert found["HOST"] == "/tmp/sockets"
    assert "statement_timeout=5s" in found["OPTIONS"]["options"]


def test_a_worker_loads_the_pages_of_the_admin_when_it_makes_the_first_address_of_one(manage: Manage) -> None:
    asks = (
        "import sys; from django.urls import reverse; print('claims.admin' in sys.modules); "
        "print(reverse('admin:claims_claim_changelist'), reverse('admin:reviews_reviewer_changelist'))"
    )
    ran = manage("shell", "--no-imports", "-c", asks, CLAIMDESK_PROCESS="worker")
    assert ran.stdout.splitlines() == ["False", "/admin/claims/claim/ /admin/reviews/reviewer/"], ran.stderr


@pytest.mark.parametrize("process", ["web", "stream"])
def test_where_somebody_waits_the_client_stops_waiting_after_the_server_should_have(process: str) -> None:
    statement, _, _ = addresses.LIMITS[process]
    within = addresses.database("postgres://postgres@127.0.0.1/claimdesk", process)["ANSWERED_WITHIN"]
    assert statement < within <= statement + 2


def test_no_request_needs_the_broker_and_nothing_is_cached() -> None:
    assert settings.CACHES["default"]["BACKEND"].endswith("DummyCache")
    assert SessionStore.__module__ == settings.SESSION_ENGINE
    assert SessionStore.__bases__ == (db.SessionStore,)


def test_only_admin_and_docs_get_a_wider_policy() -> None:
    assert "unsafe-eval" in policy_for("/admin/")
    assert "unsafe-eval" not in policy_for("/api/docs")
    assert policy_for("/desk/") == policy_for("/administration") == STRICT


def test_healthz_answers_without_database_and_whatever_the_host() -> None:
    response = Client().get("/healthz", headers={"host": "10.0.0.7"})
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_tells_delayed_alerts_from_a_missing_database() -> None:
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json()["alerts"] == "delayed"


@pytest.mark.django_db
def test_readyz_tells_when_nobody_reads_links_or_sends_letters(settings: Any, django_assert_num_queries: Any) -> None:
    desk = make.a_desk()
    claim, reviewer = make.a_claim(desk), make.a_reviewer(desk)
    make.evidence_for(claim, url="https://harbour-paper.com/report")
    letter = Message.objects.create(user=reviewer.user, day=make.now(), made_at=make.now(), next_attempt_at=make.now())
    settings.MAIL_ENABLED = True
    with django_assert_num_queries(12):
        assert slow_state() == ("current", "current")
    long_ago = make.ahead(minutes=-6)
    Fetch.objects.update(next_attempt_at=long_ago)
    assert slow_state() == ("delayed", "current")
    Message.objects.filter(pk=letter.pk).update(next_attempt_at=long_ago)
    settings.FETCH_PAGES = False
    assert slow_state() == ("off", "delayed")


def slow_state() -> tuple[str, str]:
    told = Client().get("/readyz").json()
    return told["links"], told["letters"]
