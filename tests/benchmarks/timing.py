"""One row of the benchmarks' table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a subject took at a size, and what came out, so that speed is not bought by emptiness."""

    subject: str
    size: str
    seconds: float
    outcome: str
