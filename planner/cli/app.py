"""What a command works on: the settings, the open store and the crisis, each opened when first needed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import click

from planner import bootstrap
from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.services.crises import choose_crisis, load_world
from planner.store.store import Store
from routing.errors import RoutingError
from routing.units import Instant, parse_instant


@dataclass(kw_only=True)
class App:
    """One run of the command line; its store is closed with the command that opened it."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @cached_property
    def settings(self) -> bootstrap.Settings:
        """What the environment and the settings file say."""
        return bootstrap.read_settings(self.environ)

    @cached_property
    def store(self) -> Store:
        """The open store."""
        store = bootstrap.open_store(self.settings, self.environ)
        click.get_current_context().call_on_close(store.close)
        return store

    @cached_property
    def crisis(self) -> str:
        """The id of the crisis that is worked on."""
        return choose_crisis(self.store, self.settings.crisis)

    @cached_property
    def world(self) -> World:
        """All that is on record about the crisis."""
        return load_world(self.store, self.crisis)

    @property
    def actor(self) -> str:
        """The id of whoever gives the command."""
        return bootstrap.actor(self.environ)

    def instant(self, text: str, option: str) -> Instant:
        """Read a time with offset, or a bare date in the crisis's own zone.

        Raises
        ------
        BadInput
            Naming the option, the value and the way out.
        """
        try:
            return parse_instant(text, self.world.catalogue.crisis.tz)
        except RoutingError as cause:
            raise BadInput(f"{option}: {cause}") from cause


pass_app = click.make_pass_decorator(App, ensure=True)
