"""Where this process keeps the orders of large networks; apart from the engine, for setting it loads nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(slots=True)
class Orders:
    """Where the orders of networks are kept on disk, for all of this process."""

    folder: Path | None = None


ORDERS: Final = Orders()


def keep_orders_in(folder: Path | None) -> None:
    """Let this process keep the orders of large networks in a folder, which others may share; None keeps none."""
    ORDERS.folder = folder
