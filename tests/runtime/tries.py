"""Starts `manage.py` again and again, each time with an environment of its own, from one process with the libraries.

`python -m tests.runtime.tries` reads a JSON object with `words` and `environment` per line. For each it makes a copy of
itself, which runs `manage.py` as a new process would, and prints a JSON list: status, output, errors. Nothing of the
product is loaded before: its settings are read anew each time, and what ends a process ends the copy.
"""

import json
import os
import runpy
import sys
import tempfile
from importlib import import_module
from typing import Any, NoReturn

LIBRARIES = (
    *("celery.app.base", "django.contrib.admin", "django.core.management", "django_structlog.celery.steps"),
    *("django_stubs_ext.patch", "environ", "psycopg", "rest_framework.settings", "structlog"),
)


def main() -> None:
    """Try until nothing more is asked for."""
    for name in LIBRARIES:
        import_module(name)
    for line in sys.stdin:
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            copy = os.fork()
            if not copy:
                os.dup2(output.fileno(), 1)
                os.dup2(errors.fileno(), 2)
                run(**json.loads(line))
            status = os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])
            output.seek(0)
            errors.seek(0)
            print(json.dumps([status, output.read().decode(), errors.read().decode()]), flush=True)


def run(words: list[str], environment: dict[str, str]) -> NoReturn:
    """Be `manage.py` with these words, and end as Python does."""
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["manage.py", *words]
    status: Any = 0
    try:
        runpy.run_path("manage.py", run_name="__main__")
    except SystemExit as ended:
        status = ended.code or 0
    except BaseException:  # noqa: BLE001 - as Python itself does
        sys.excepthook(*sys.exc_info())
        status = 1
    if not isinstance(status, int):
        sys.stderr.write(f"{status}\n")
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
