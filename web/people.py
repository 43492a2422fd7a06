"""The names behind ids, for pages: log and plans keep ids alone, so that a name can be erased."""

from collections.abc import Iterable

from web.desk import the_desk


def names_of(ids: Iterable[str | None]) -> dict[str, str]:
    """Return the name of each id; one whose name is unknown or was erased is shown by its id."""
    wanted = {one for one in ids if one}
    with the_desk().store.reading() as read:
        return {one: read.find_actor_name(one) or one for one in wanted}
