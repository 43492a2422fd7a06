"""Load a seed crisis from its folder: roads, relief and the log, all checked before anything is stored."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from planner.domain.errors import NotFound
from planner.domain.world import World
from planner.intake.crisis import read_crisis
from planner.intake.log import read_log, with_positions
from planner.intake.relief import read_catalogue
from planner.intake.roads import read_control, read_network


def seed_names() -> tuple[str, ...]:
    """Return the names of the crises that come with the product."""
    return tuple(sorted(e.name for e in files("seed_data").iterdir() if (e / "crisis.toml").is_file()))


def find_seed(name: str) -> Traversable:
    """Return the folder of a crisis: one that comes with the product by its name, another by its path.

    Raises
    ------
    NotFound
        If there is neither.
    """
    if name in seed_names():
        return files("seed_data") / name
    folder = Path(name)
    if not (folder / "crisis.toml").is_file():
        raise NotFound(
            f"No seed crisis is called {name!r}, and no folder of that path holds a crisis.toml. There are: "
            f"{', '.join(seed_names())}."
        )
    return folder


def read_seed(folder: Traversable) -> World:
    """Read and check all files of a seed folder.

    Raises
    ------
    BadInput
        With a line for each row that cannot be used; nothing is returned then.
    """
    crisis = read_crisis(folder)
    network = read_network(folder)
    catalogue = read_catalogue(folder, crisis, network)
    control = read_control(folder, network, [party.id for party in crisis.parties], crisis.tz)
    records = read_log(folder, network, catalogue)
    return World(catalogue=catalogue, network=network, log=with_positions([*control, *records]))
