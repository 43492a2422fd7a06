"""One row of the benchmarks' table, and the watch that times it."""

from dataclasses import dataclass, field
from statistics import median
from time import perf_counter, process_time
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a subject took at a size, and what came out, so that speed is not bought by emptiness.

    `cpu_seconds` are those of this process alone: on a machine that does other work besides they tell more.
    """

    subject: str
    size: str
    seconds: float
    cpu_seconds: float
    outcome: str


@dataclass(slots=True)
class Watch:
    """Times what is done within `with`, as often as it is used."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    _began: tuple[float, float] = (0.0, 0.0)

    def __enter__(self) -> Self:
        self._began = perf_counter(), process_time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wall.append(perf_counter() - self._began[0])
        self.cpu.append(process_time() - self._began[1])

    def row(self, subject: str, size: str, outcome: str) -> Timing:
        """Return the medians as a row."""
        return Timing(
            subject=subject, size=size, seconds=median(self.wall), cpu_seconds=median(self.cpu), outcome=outcome
        )
