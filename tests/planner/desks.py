"""A desk with the product on it: a home of its own, and commands given in this process or in another."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from planner.cli import qafila
from planner.cli.frame import run
from planner.store.engine import embedded_engine
from planner.store.keys import find_key
from planner.store.store import Store

ROOT = Path(__file__).resolve().parents[2]
FIRST_PLAN = ("--from", "2031-04-08", "--days", "3")
ENTER = "from planner.cli import main; main()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a command answered: exit code, standard output as bytes and as text, standard error."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()

    def json(self) -> Any:  # noqa: ANN401 - whatever the command prints; the tests say what
        assert self.code == 0, self.err
        return json.loads(self.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A folder with a home and its key, worked on by `nour` unless another is named."""

    folder: Path

    def environ(self, **more: str) -> dict[str, str]:
        """Return the environment of a process at this desk."""
        others = {name: value for name, value in os.environ.items() if not name.startswith("QAFILA_")}
        key = str(self.folder / "key" / "database.key")
        mine = {"QAFILA_HOME": str(self.folder / "home"), "QAFILA_KEY_FILE": key, "QAFILA_ACTOR": "nour"}
        return {**others, **mine, **more}

    def qafila(self, *arguments: str, **more: str) -> Told:
        """Give a command in this process."""
        streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("QAFILA_")]:
                patch.delenv(name)
            for name, value in self.environ(**more).items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdout", streams[0])
            patch.setattr(sys, "stderr", streams[1])
            code = run(qafila, arguments)
        out, err = (stream.buffer.getvalue() for stream in streams)
        return Told(code=code, raw=out, err=err.decode())

    def start(self, *arguments: str, script: str = ENTER, **more: str) -> subprocess.Popen[str]:
        """Give a command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            cwd=ROOT, env=self.environ(**more), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def store(self) -> Store:
        """Return the desk's store; the test closes it."""
        return Store.open(self.folder / "home" / "qafila.db", find_key({}, self.folder / "key" / "database.key"))

    def copy(self, folder: Path) -> "Desk":
        """Return the same desk in another folder."""
        shutil.copytree(self.folder, folder)
        return Desk(folder=folder)

    def digest(self) -> str:
        """Return a digest of every row of every table."""
        key = find_key({}, self.folder / "key" / "database.key")
        assert key is not None
        engine = embedded_engine(self.folder / "home" / "qafila.db", key)
        found = hashlib.sha256()
        with engine.connect() as connection:
            listed = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            for (table,) in listed.all():
                rows = connection.exec_driver_sql(f'SELECT * FROM "{table}"').all()  # noqa: S608 - the schema's own names
                found.update(f"{table} {sorted(map(repr, rows))}\n".encode())
        engine.dispose()
        return found.hexdigest()
