"""The screens of the site, a family a module."""

from importlib import import_module
from typing import Final

from flask import Flask

FAMILIES: Final = (
    "home", "preferences", "data", "today", "access", "needs", "supply", "plans", "futures", "what_if", "sweeps",
    "replays", "requests", "convoys", "failed", "incidents", "reports", "recipients", "runs", "settings",
)  # fmt: skip


def install_pages(app: Flask) -> None:
    """Register every family's blueprint: `page` in the module of its name."""
    for family in FAMILIES:
        app.register_blueprint(import_module(f"web.pages.{family}").page)
