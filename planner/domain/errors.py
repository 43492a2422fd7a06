"""What can go wrong in planning, each with the way out in its message; infeasible is a result, not an error."""


class PlannerError(Exception):
    """Root of the errors of this package."""


class BadInput(PlannerError):
    """Something handed in is wrong; the message names file, row, value and the way out (exit code 2)."""


class InvalidValue(BadInput, ValueError):
    """A value that cannot be: a negative stock, an empty name, a window that ends before it starts."""


class NotFound(BadInput):
    """A plan, site, gate or movement is named that does not exist."""


class ConflictingEdits(BadInput):
    """Two edits of a scenario change the same target in overlapping time."""


class Refused(PlannerError):
    """The world or a rule of work says no (exit code 1): publishing one's own plan, a step out of order."""
