"""Which things of a crisis an edit names, and which of these there are not."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields
from typing import Final

from planner.domain.edits import AccessPolicySet, Edit, PlanPolicySet
from planner.domain.errors import InvalidValue
from planner.domain.policy import PlanPolicy, change_policy
from planner.domain.world import World
from routing.errors import RoutingError
from routing.evidence import CeasefireAgreed
from routing.policy import AccessPolicy

SHOWN: Final = 15
_SINGULAR: Final = {"gates": "gate", "parties": "party", "sites": "site"}


def known_names(world: World) -> Mapping[str, AbstractSet[str]]:
    """Return the ids of a crisis by the word for what they name."""
    catalogue, network = world.catalogue, world.network
    return {
        "ceasefire": {r.fact.ceasefire for r in world.log if isinstance(r.fact, CeasefireAgreed)},
        "gate": set(network.gates),
        "area": set(network.areas),
        "segment": set(network.segments),
        "party": {party.id for party in catalogue.crisis.parties},
        "site": set(catalogue.sites),
        "hub": set(catalogue.hubs),
        "truck_type": set(catalogue.truck_types),
        "commodity": set(catalogue.commodities),
    }


def unknown_names(edit: Edit, known: Mapping[str, AbstractSet[str]]) -> Iterator[str]:
    """Yield a complaint for each thing that an edit names and that is not known, a policy's values included."""
    for field in fields(edit):
        word = _SINGULAR.get(field.name, field.name)
        if word not in known:
            continue
        given = getattr(edit, field.name)
        for name in given if isinstance(given, tuple) else (given,):
            if name is not None and name not in known[word]:
                there = sorted(known[word])
                more = f" and {len(there) - SHOWN} more" if len(there) > SHOWN else ""
                yield f"no {word.replace('_', ' ')} {name!r}. There are: {', '.join(there[:SHOWN]) or 'none'}{more}."
    try:
        if isinstance(edit, PlanPolicySet):
            change_policy(PlanPolicy(), {edit.name: edit.value})
        if isinstance(edit, AccessPolicySet):
            change_policy(AccessPolicy(), {edit.name: edit.value})
    except (InvalidValue, RoutingError) as cause:
        yield str(cause)
