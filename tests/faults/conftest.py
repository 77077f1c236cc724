"""How often the fault suite runs: `--runs`, and `--mutants` for the runs of each mutant."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Known only when tests/faults is named on the command line, as `make faults` does."""
    parser.addoption("--runs", type=int, default=2, help="fault runs, each with a seed of its own")
    parser.addoption("--first-seed", type=int, default=1, help="seed of the first run; the others count up")
    parser.addoption("--mutants", type=int, default=0, help="runs of each mutant; 0 leaves them out")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each seed."""
    runs = "mutants" if "mutant" in metafunc.fixturenames else "runs"
    if "seed" in metafunc.fixturenames:
        first, number = (metafunc.config.getoption(name, default) for name, default in (("first_seed", 1), (runs, 0)))
        metafunc.parametrize("seed", range(first, first + number))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test without a seed to run is left out without a word."""
    items[:] = [item for item in items if "NOTSET" not in item.name]
