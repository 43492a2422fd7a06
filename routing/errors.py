"""What can go wrong in the road and access model, each with the way out in its message."""


class RoutingError(ValueError):
    """Root of the errors of this package: a promise about the input was broken."""


class UnknownId(RoutingError):
    """A place, segment, gate, area or ceasefire is named that the network does not hold."""


class NaiveTime(RoutingError):
    """A date-time came without an offset, so its instant is not known."""


class InvalidNetwork(RoutingError):
    """A network breaks one of its own laws: a segment without length, a line crossed without a gate."""


class InvalidPolicy(RoutingError):
    """The numbers of a fold contradict each other: a probability above 1, a half-life of nothing."""


class InvalidEvidence(RoutingError):
    """An evidence record contradicts itself or names something outside the network."""


class MetricInUse(RoutingError):
    """Driving times would change while they are asked for, or changed before the answer came: ask again."""
