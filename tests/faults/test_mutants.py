"""A suite that has not been seen to fail proves nothing: each precaution, taken out, is noticed."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.mutants.catalogue import MUTANTS
from tests.faults.run import Plan, mutated, run
from tests.faults.test_faults import tell
from verify_project.runtime.places import CHECKOUT

GUARDS = {"guards_are_in_place", "guards_of_the_work_are_in_place"}  # see a dropped constraint without any fault


@pytest.mark.parametrize("mutant", sorted(MUTANTS))
def test_what_a_mutant_changes_is_still_there_to_be_changed(mutant: str) -> None:
    for module, changes in MUTANTS[mutant].changes.items():
        spec = importlib.util.find_spec(module)
        assert spec is not None
        assert spec.origin is not None
        text = Path(spec.origin).read_text()
        assert [old for old, _ in changes if text.count(old) != 1] == []


@pytest.mark.parametrize("mutant", sorted(MUTANTS))
def test_a_mutant_is_loaded_where_it_is_named_and_nowhere_else(mutant: str) -> None:
    for module in MUTANTS[mutant].changes:
        code = f"import importlib.util as u; x = u.find_spec({module!r}).loader; x.get_code({module!r}); print(type(x))"
        assert "MutatedLoader" in said(code, mutated(mutant))
        assert "MutatedLoader" not in said(code, {})


def said(code: str, extra: dict[str, str]) -> str:
    """What a Python started like the product's processes prints."""
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, cwd=CHECKOUT, env=extra, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.faults
@pytest.mark.parametrize("mutant", sorted(MUTANTS))
def test_the_suite_notices_what_was_taken_out(mutant: str, seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    taken_out = MUTANTS[mutant]
    if missing := [program for program in taken_out.needs if shutil.which(program) is None]:
        pytest.skip(f"no {missing[0]} here")
    result = run(Plan(seed, mutant=mutant, sql=taken_out.sql, clock_ahead=taken_out.clock_ahead))
    tell(result, capfd)
    assert set(result.broken) - GUARDS
