"""The arrangement of the code, where a reader relies on it: one writer, no bare saves, nothing grown too long."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from verify_project.runtime.places import CHECKOUT

APPS = ("claims", "reviews", "verify_project")
WRITER = "claims/services/transitions.py"
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
# Longer for a reason: one table that is read as a whole, forms that go with its steps, and stories told in one go.
LONG_FILES = {"claims/lifecycle.py": 400, "reviews/admin/queue.py": 320, "reviews/admin/step_forms.py": 320}
LONG_FUNCTIONS = {"reviews/newsroom/harbour.py:_settled": 45, "reviews/newsroom/tidende.py:_open": 45}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> list[Path]:
    """Every module of ours that is not a migration."""
    found = [path for app in APPS for path in sorted((CHECKOUT / app).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def named(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


@cache
def texts() -> list[tuple[str, str]]:
    """Name and text of every module of ours."""
    return [(named(path), path.read_text(encoding="utf-8")) for path in sources()]


@cache
def trees() -> list[tuple[str, ast.Module]]:
    """The same, parsed. When asked for: every process of the run collects these tests, one runs them."""
    return [(name, ast.parse(text)) for name, text in texts()]


@cache
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Every node of a module, which most of these tests look through."""
    return tuple(ast.walk(tree))


def calls(tree: ast.Module, method: str) -> Iterator[ast.Call]:
    """Calls of a method of this name, whatever it is called on."""
    for node in nodes(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            yield node


def functions(tree: ast.Module) -> Iterator[Function]:
    yield from (node for node in nodes(tree) if isinstance(node, Function))


def lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_there_are_sources_to_look_at() -> None:
    assert len(trees()) > 60
    assert WRITER in dict(trees())


def test_nothing_is_saved_without_naming_its_fields() -> None:
    named_or_new = {"update_fields", "force_insert", "commit"}
    bare = [
        f"{name}:{call.lineno}"
        for name, tree in trees()
        for call in calls(tree, "save")
        if not named_or_new & {keyword.arg for keyword in call.keywords} and not call.args and not is_super(call)
    ]
    assert bare == []


def is_super(call: ast.Call) -> bool:
    """Whether it hands on to the base class, whose arguments came from the caller."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id == "super"


def test_the_state_of_a_claim_is_written_in_one_place() -> None:
    assigned = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        if name != WRITER
        for node in nodes(tree)
        if isinstance(node, ast.Assign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for part in ast.walk(target)
        if isinstance(part, ast.Attribute) and part.attr == "state" and owner_of(part) in {"claim", "held.claim"}
    ]
    updated = [
        f"{name}:{call.lineno}"
        for name, tree in trees()
        for call in calls(tree, "update")
        if "state" in {keyword.arg for keyword in call.keywords}
    ]
    assert assigned + updated == []


def owner_of(attribute: ast.Attribute) -> str:
    return ast.unparse(attribute.value).removeprefix("self.").removeprefix("acting.")


def test_only_words_that_stand_in_the_source_are_marked_safe() -> None:
    marked = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        for node in nodes(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("mark_safe", "SafeString"))
        if not all(isinstance(given, ast.Constant) for given in node.args)
    ]
    assert marked == []


@pytest.mark.parametrize("words", ["|safe", "autoescape off", "csrf_exempt", "@receiver", "GenericForeignKey"])
def test_no_module_and_no_template_uses(words: str) -> None:
    templates = [path for app in APPS for path in (CHECKOUT / app).rglob("*.html")]
    read = [*texts(), *((named(path), path.read_text(encoding="utf-8")) for path in templates)]
    assert [name for name, text in read if words in text] == []


def test_templates_write_times_that_cannot_be_taken_for_another() -> None:
    written = [path for app in APPS for path in (CHECKOUT / app).rglob("*.html")]
    plain = re.compile(r"""\|(date|time):["'][^"']*[GH]:i""")
    assert [named(path) for path in written if plain.search(path.read_text(encoding="utf-8"))] == []


def test_no_module_is_called_for_everything_and_nothing() -> None:
    assert [name for name, _ in trees() if Path(name).stem in {"utils", "helpers", "misc", "common"}] == []


def test_files_are_short_enough_to_read() -> None:
    lengths = {name: len(text.splitlines()) for name, text in texts()}
    assert {name: count for name, count in lengths.items() if count > LONG_FILES.get(name, LONGEST_FILE)} == {}


def test_functions_are_short_enough_to_see_whole() -> None:
    found = {f"{name}:{one.name}": lines(one) for name, tree in trees() for one in functions(tree)}
    assert {name: count for name, count in found.items() if count > LONG_FUNCTIONS.get(name, LONGEST_FUNCTION)} == {}
    assert median(found.values()) <= 9


def test_every_module_says_what_it_is_for() -> None:
    silent = [name for name, tree in trees() if tree.body and ast.get_docstring(tree) is None]
    assert silent == []


def test_tasks_call_one_service_and_are_short() -> None:
    tasks = [
        (name, one)
        for name, tree in trees()
        if name.endswith("tasks.py")
        for one in functions(tree)
        if any("task" in ast.unparse(decorator) for decorator in one.decorator_list)
    ]
    assert tasks
    assert [f"{name}:{one.name}" for name, one in tasks if lines(one) > 10] == []


def test_no_request_waits_for_the_broker() -> None:
    sent = [
        f"{name}:{call.lineno}"
        for name, tree in trees()
        for method in ("delay", "apply_async", "send_task")
        for call in calls(tree, method)
        if not {"management", "runtime", "benchmarks"} & set(name.split("/"))  # none of which serves requests
    ]
    assert sent == []


def test_nobody_waits_until_a_date_with_an_eta() -> None:
    late = [name for name, text in texts() if "eta=" in text or "countdown=" in text]
    assert late == []


# The embedded servers are started and asked for a sign of life over their own sockets; the web server has its own.
NETWORK = {"socket", "ssl", "http.client", "urllib.request", "httpcore", "httpx", "requests", "urllib3", "aiohttp"}
MAY_USE_THE_NETWORK = (
    *("claims/intake/", "verify_project/runtime/", "verify_project/draining.py"),
    "claims/benchmarks/sse.py",  # it counts what writing to a socket costs
)


def imported(tree: ast.Module) -> Iterator[str]:
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_one_client_asks_the_outside_world() -> None:
    others = [
        f"{name}: {module}"
        for name, tree in trees()
        if not name.startswith(MAY_USE_THE_NETWORK)
        for module in imported(tree)
        if module in NETWORK
    ]
    assert others == []
