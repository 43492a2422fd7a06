"""What a convoy that news touches can do."""

from typing import Final, Literal, TypeAlias

Advice: TypeAlias = Literal["turn_back", "hold", "reroute", "look_again"]
"""`look_again`: the way is as passable as before, but the word on it, its sites, papers or movement is not."""
URGENCY: Final[tuple[Advice, ...]] = ("turn_back", "hold", "reroute", "look_again")
"""What cannot wait comes first."""
