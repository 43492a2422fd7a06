"""Take pictures of every page x {1440, 390} x {en, ar} x {light, dark}, to be looked at one by one."""

import argparse
import os
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

from planner import bootstrap
from planner.domain.rights import Role
from planner.services.accounts import add_account, list_accounts, reset_password
from planner.services.replay_queue import list_replays
from planner.services.road_queue import list_roads
from tests.browser.live import DESK, PHONE, serving, start_browser
from tests.browser.pages import SYRIA, TWO_RIVERS, Screen
from tests.planner.desks import Desk as Folder
from tests.web.replayed import keep_replay, one_morning
from tests.web.road_hands import bring_roads
from web.app import create_app
from web.desk import Desk

SETTINGS = {"SIGN_IN_FLOOR_S": 0.0, "REQUIRE_TOTP": False, "FORCE_PASSWORD_CHANGE": False}
CRISES = {
    "two-rivers": (TWO_RIVERS, ("--from", "2031-04-08", "--days", "3")),
    "syria-2016-09": (SYRIA, ("--from", "2016-09-18", "--days", "9", "--known", "2016-09-18T08:00+03:00")),
}


def main() -> int:
    """Make a home with a plan (or take one), serve the site on it, and photograph it."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folder", type=Path, nargs="?", default=Path("build/pictures"))
    reader.add_argument("--crisis", choices=sorted(CRISES), default="syria-2016-09")
    reader.add_argument("--home", type=Path, help="A home that has a plan already, with its key beside it in ../key.")
    reader.add_argument("--only", default="", help="Only screens whose name holds this.")
    asked = reader.parse_args()
    screens, plan = CRISES[asked.crisis]
    with tempfile.TemporaryDirectory(prefix="qafila-pictures-") as scratch:
        if asked.home is None:
            folder = Folder(folder=Path(scratch))
            for command in (("init",), ("seed", asked.crisis), ("plan", "new", *plan)):
                sys.stderr.write(f"{' '.join(command)}\n")
                told = folder.qafila(*command)
                if told.code:
                    sys.stderr.write(told.err)
                    return 1
            environ = folder.environ(QAFILA_CRISIS=asked.crisis)
        else:
            key = asked.home.parent / "key" / "database.key"
            environ = {"QAFILA_HOME": str(asked.home), "QAFILA_KEY_FILE": str(key), "QAFILA_CRISIS": asked.crisis}
        chosen = [screen for screen in screens if asked.only in screen.name]
        _photograph(environ, asked.crisis, chosen, asked.folder)
    return 0


def _photograph(environ: dict[str, str], crisis: str, screens: list[Screen], folder: Path) -> None:
    store = bootstrap.init_store(bootstrap.read_settings(environ), {**os.environ, **environ})
    known = {account.username for account in list_accounts(store)}
    with store.reading() as read:
        told, network = read.get_crisis(crisis), read.get_network(crisis)
    if not list_roads(store, crisis):
        bring_roads(store, crisis, told.demo_known, near=min(network.places.values(), key=lambda p: p.id).position)
    if not list_replays(store, crisis):
        keep_replay(store, crisis, one_morning())
    passwords = {
        role: (
            reset_password(store, role.value, actor="pictures", at=int(time.time()))
            if role.value in known
            else add_account(store, role.value, [role], actor="pictures", at=told.demo_known)
        ).password
        for role in Role
    }
    app = create_app(Desk(store=store, crisis_id=crisis, situation_at=told.demo_known), SETTINGS)
    folder.mkdir(parents=True, exist_ok=True)
    with serving(app) as address, sync_playwright() as playwright:
        browser = start_browser(playwright)
        for (size, width), role in product((("desk", DESK), ("phone", PHONE)), Role):
            context = browser.new_context(viewport={"width": width["width"], "height": width["height"]})
            page = context.new_page()
            page.goto(f"{address}/sign-in")
            page.fill("input[name=username]", role.value)
            page.fill("input[name=password]", passwords[role])
            page.press("input[name=password]", "Enter")
            page.wait_for_load_state()
            for screen in (s for s in screens if s.role is role):
                for language, theme in product(("en", "ar"), ("light", "dark")):
                    mark = "&" if "?" in screen.address else "?"
                    page.goto(f"{address}{screen.address}{mark}lang={language}&theme={theme}")
                    page.wait_for_load_state("networkidle")
                    page.wait_for_timeout(250)
                    name = f"{screen.name}-{size}-{language}-{theme}.png"
                    page.screenshot(path=folder / name, full_page=size == "phone")
            context.close()
        browser.close()
    store.close()
    sys.stderr.write(f"Pictures in {folder}.\n")


if __name__ == "__main__":
    sys.exit(main())
