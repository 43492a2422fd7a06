"""Whether a solve is asked to end now with the best it has: whoever takes its reports may be in a hurry."""

from collections.abc import Callable
from typing import Generic, TypeVar

R = TypeVar("R")


def hurried(listener: object) -> bool:
    """Tell whether the one who takes a solve's reports asks it to end; one that says nothing of it does not.

    It may turn true at any moment, never false again. A solver asks wherever it looks at its safety stop and treats
    it as reached: it ends with a plan that is cut short, not with an error.
    """
    return bool(getattr(listener, "hurry", False))


class Relay(Generic[R]):
    """Takes reports, does with them what it is told, and is in a hurry when one of those behind it is."""

    def __init__(self, take: Callable[[R], None], *behind: object) -> None:
        self._take, self._behind = take, behind

    def __call__(self, report: R) -> None:
        """Take a report."""
        self._take(report)

    @property
    def hurry(self) -> bool:
        """Whether one of those behind asks the solve to end."""
        return any(hurried(one) for one in self._behind)
