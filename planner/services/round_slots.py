"""When each truckload may be unloaded at its site, so that no more trucks unload at once than the site can."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from planner.domain.needs import Site, SiteId
from planner.services.round_goods import Truckload
from routing.units import HOUR, Seconds, Window

AT_WILL_S: Final[Seconds] = 2 * HOUR
"""Up to so much unloading in all, trucks come when they like and each is given the time of all, as if it came last."""


def unloading_slots(
    sites: Mapping[SiteId, Site], loads: Sequence[Truckload], light: Window, away: Mapping[str, tuple[Seconds, Seconds]]
) -> tuple[dict[str, tuple[Window, Seconds]], dict[SiteId, int]]:
    """Return by load the window in which unloading starts and its time; and by site how many loads have no hour left.

    `away` is the shortest drive to and from the site by load. Where a site unloads for long, each truck has an hour of
    its own, one after the other from the first that can be there; the loads left are those for which none is left from
    which a truck is back in daylight.
    """
    by_site: dict[SiteId, list[Truckload]] = defaultdict(list)
    for load in loads:
        by_site[load.site].append(load)
    slots: dict[str, tuple[Window, Seconds]] = {}
    over: dict[SiteId, int] = {}
    for site, coming in by_site.items():
        each_s, all_s = sites[site].unload_seconds(1), sites[site].unload_seconds(len(coming))
        longest_s = max(sum(away[load.id]) for load in coming) + all_s
        if all_s <= AT_WILL_S and longest_s <= light.end - light.start:
            slots.update({load.id: (light, all_s) for load in coming})
            continue
        free_at = light.start
        for load in sorted(coming, key=lambda one: (away[one.id], -one.worth, one.id)):
            there_s, back_s = away[load.id]
            start = max(free_at, light.start + there_s)
            if start + each_s + back_s > light.end:
                over[site] = over.get(site, 0) + 1
                continue
            slots[load.id] = (Window(start, start + 1), each_s)
            free_at = start + each_s + 1
    return slots, over
