"""What Celery offers and we do not use: it loses or repeats what is trusted to it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from verify_project.runtime.places import CHECKOUT

FORBIDDEN_CALLS = {"delay", "apply_async", "send_task", "retry"}
FORBIDDEN_KEYWORDS = {"eta", "countdown"}


def sources() -> Iterator[Path]:
    """Every module of the product but the benchmarks, in which others' ways are measured beside ours."""
    for app in ("claims", "reviews", "verify_project"):
        yield from (path for path in (CHECKOUT / app).rglob("*.py") if path.parent.name != "benchmarks")


def offences(tree: ast.AST) -> Iterator[str]:
    """What a module does that messages cannot be trusted with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in FORBIDDEN_CALLS:
                yield f"line {node.lineno}: .{node.func.attr}()"
            yield from (f"line {node.lineno}: {k.arg}=" for k in node.keywords if k.arg in FORBIDDEN_KEYWORDS)
        if isinstance(node, ast.ImportFrom) and node.module == "celery.schedules":
            yield f"line {node.lineno}: import from celery.schedules"


def test_no_module_sends_a_task_or_sets_a_crontab() -> None:
    found = [f"{path}: {what}" for path in sources() for what in offences(ast.parse(path.read_text()))]
    assert found == []


def test_the_rule_sees_what_it_forbids() -> None:
    text = "from celery.schedules import crontab\nsweep.apply_async(countdown=60)\n"
    assert len(list(offences(ast.parse(text)))) == 3
