"""The whole site on one machine: servers, migrations, demo newsroom, web, live stream, workers, beat."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from verify_project.runtime import places
from verify_project.runtime.places import CHECKOUT, RuntimeProblem, Servers
from verify_project.runtime.servers import servers
from verify_project.runtime.supervisor import Child, say, supervise

HOST = "127.0.0.1"
CELERY = [sys.executable, "-m", "celery", "--quiet", "--skip-checks", "--app", "verify_project"]
APART = 100  # between the port of the pages and that of the live stream
WORKER = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]


def run_site(*, port: int) -> None:
    """Run everything until told to stop. Raises RuntimeProblem with one sentence."""
    begun = time.monotonic()
    check_port(port)
    stream = stream_port(port)
    check_port(stream, "STREAM_PORT")
    with servers() as found:
        say("start", f"data in {places.data_directory()}")
        environment = environment_of_children(found) | {"STREAM_PORT": str(stream), **counts()}
        newsroom = prepare(environment)

        def welcome() -> None:
            print(welcome_text(port, newsroom, time.monotonic() - begun), flush=True)

        family = children(environment, port)
        supervise(family, is_ready=lambda: answers(port) and answers(stream), when_ready=welcome, servers=found.started)
    say("stop", "everything has ended")


def stream_port(port: int) -> int:
    """The port of the live stream beside the pages' `port`: that of STREAM_PORT, else a hundred from it."""
    given = os.environ.get("STREAM_PORT", "")
    if given and not given.isdigit():
        raise RuntimeProblem(f"STREAM_PORT must be a number; this says {given}.")
    found = int(given) if given else port + APART if port + APART < 65536 else port - APART
    if found == port:
        raise RuntimeProblem(f"PORT and STREAM_PORT are both {port}: choose another for one of them.")
    return found


def check_port(port: int, name: str = "PORT") -> None:
    """Raise RuntimeProblem while somebody else listens there, and for 0, which would be another port each time."""
    if not 0 < port < 65536:
        raise RuntimeProblem(f"{name} must be between 1 and 65535; this says {port}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            other = 8001 if name == "PORT" else 8101
            raise RuntimeProblem(
                f"Port {port} cannot be used ({error}): choose another, as in "
                f"`make run {name}={other if port != other else other + 1}`."
            ) from None


def environment_of_children(found: Servers) -> dict[str, str]:
    """What every process of the site is started with."""
    return os.environ | {
        "DATABASE_URL": found.database_url,
        "BROKER_URL": found.broker_url,
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }


def prepare(environment: dict[str, str]) -> str:
    """Bring the tables up to date, and what else the site needs; returns what a demo says about signing in."""
    say("start", "prepare")
    line = [sys.executable, str(CHECKOUT / "manage.py"), "prepare"]
    done = subprocess.run(line, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeProblem("`manage.py prepare` failed; its lines above say why.")
    return done.stdout.strip()


def children(environment: dict[str, str], port: int) -> list[Child]:
    """The processes of the site: a worker for each queue, so that nothing slow keeps anything else waiting."""
    stream = environment.get("STREAM_PORT") or str(stream_port(port))
    worker = environment | {"CLAIMDESK_PROCESS": "worker"}
    schedule = str(places.data_directory() / "beat")
    return [
        Child("web", web_command(port), environment | {"CLAIMDESK_PROCESS": "web"}),
        Child("stream", [sys.executable, "-m", "verify_project.stream", "--port", stream], environment),
        Child("worker", worker_command("work", os.environ.get("WORKER_SLOTS", "2")), worker),
        Child("deadlines", worker_command("deadlines", "1"), worker),
        Child("slow", worker_command("slow", os.environ.get("SLOW_SLOTS", "2")), worker),
        Child("webhooks", worker_command("webhooks", "1"), worker),
        Child("beat", [*CELERY, "beat", "--schedule", schedule, "--pidfile="], worker),
    ]


def counts() -> dict[str, str]:
    """Where the web processes add up what they count; emptied at each start, as the counts begin anew."""
    folder = places.data_directory() / "counts"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}


def worker_command(queue: str, slots: str) -> list[str]:
    """A Celery worker that takes from one queue, named after it."""
    return [*CELERY, "worker", "-Q", queue, "-c", slots, "-n", f"{queue}@%h", *WORKER]


def web_command(port: int) -> list[str]:
    """Gunicorn with threads; no control socket, which would lie in the home directory."""
    options = {
        "--bind": f"{HOST}:{port}",
        "--worker-class": "gthread",
        "--workers": os.environ.get("WEB_WORKERS", "2"),
        "--threads": os.environ.get("WEB_THREADS", "8"),
        "--graceful-timeout": "10",
        "--log-level": "warning",
    }
    words = [word for pair in options.items() for word in pair]
    return [sys.executable, "-m", "gunicorn", "verify_project.wsgi", "--no-control-socket", *words]


def answers(port: int) -> bool:
    """Does a process of ours answer `/healthz` there?"""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=1) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def welcome_text(port: int, newsroom: str, seconds: float) -> str:
    """The block that says where to go and how to get in."""
    site = f"http://{HOST}:{port}"
    lines = [
        f"Claim Desk is ready after {seconds:.1f} s.",
        "",
        f"  Admin and my queue  {site}/admin/",
        f"  Dashboard           {site}/desk/",
        f"  What readers see    {site}/c/",
        f"  API documentation   {site}/api/docs",
        f"  Live stream         http://{HOST}:{stream_port(port)}/api/v1/events/stream",
        "",
        *(f"  {line}" for line in newsroom.splitlines()),
        "  Ctrl-C ends everything it started.",
    ]
    rule = "-" * 72
    return "\n".join([rule, *lines, rule])
