"""What the demo promises. Each promise is judged by a plain yes or no from the rows, and listed at the end."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Promise:
    """One sentence and whether it was kept."""

    promise: str
    kept: bool


@dataclass
class Promises:
    """All that was promised, in the order of the story."""

    made: list[Promise] = field(default_factory=list)

    def keep(self, promise: str, kept: bool) -> None:  # noqa: FBT001 - the outcome is the point of the call
        self.made.append(Promise(promise, kept))

    @property
    def kept(self) -> int:
        return sum(each.kept for each in self.made)

    @property
    def sentence(self) -> str:
        return f"{self.kept} of {len(self.made)} promises kept"
