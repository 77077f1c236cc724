"""The Celery app. Its settings are the `CELERY_…` names of the Django settings."""

import os

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_init
from django_structlog.celery.steps import DjangoStructLogInitStep

from verify_project.runtime.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verify_project.settings")

app = Celery("verify_project", task_cls="verify_project.room:RoomyTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def use_django_logging(**_: object) -> None:
    """Keep Celery from replacing the log configuration that Django has set up."""


_keeper: list[int] = []


@worker_init.connect
def keep_pool(**_: object) -> None:
    """This process is the parent of the pool that begins."""
    _keeper[:] = [os.getpid()]


@worker_process_init.connect
def end_with_worker(**_: object) -> None:
    """A worker killed with -9 cannot end its pool; the kernel does it for us, unless the worker has gone already."""
    die_with_parent()
    if _keeper and os.getppid() != _keeper[0]:
        os._exit(1)
