"""Nothing that was acknowledged is lost, and nothing is announced twice, early or never, whatever breaks meanwhile."""

import pytest

from tests.faults.run import Plan, Result, run

pytestmark = pytest.mark.faults


def test_every_promise_holds_through_faults(seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    result = run(Plan(seed))
    tell(result, capfd)
    assert result.broken == {}, result.examples
    assert [answer for answer in result.answers if "html" in answer] == []
    assert sum(result.injected.values()) > 5
    assert result.told["claims"] > 5
    assert result.told["reviews"] > 0
    assert min(result.done.values()) > 0, result.done


def tell(result: Result, capfd: pytest.CaptureFixture[str]) -> None:
    """Print what was done and found: it is worth seeing when all is well, too."""
    with capfd.disabled():
        print(f"\n{result.line()}", flush=True)
