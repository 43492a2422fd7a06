"""A search that goes on beside others, in a process of one thread: the second core works while the first goes on.

The model goes there and its answer comes back as arrays without a name of anything in them. The same question gets
the same answer there as here, so that a run repeats whether or not there is a second core or a second process.
"""

import io
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self, TypeAlias
from zipfile import BadZipFile

import highspy
import numpy as np
import pulp

from planner.domain.policy import Limits
from planner.solvers import highs
from planner.solvers.aside import printed_aside
from planner.solvers.highs import Solved
from planner.solvers.stated import SolverBroke, Stated

Arrays: TypeAlias = dict[str, "np.ndarray[Any, Any]"]

LOOK_EVERY_S: Final = 0.05
"""So often a waiting search asks whether it is still wanted, and a searching process whether its parent lives."""
_ROOT: Final = Path(__file__).resolve().parents[2]
_LP: Final = ("col_cost_", "col_lower_", "col_upper_", "row_lower_", "row_upper_")
_MATRIX: Final = ("start_", "index_", "value_")
_STATUS: Final[tuple[highs.SolveStatus, ...]] = ("optimal", "feasible", "infeasible", "limit")


class Clock(Protocol):
    """Says how much time is left."""

    def is_reached(self) -> bool:
        """Tell whether there is no time left."""

    def limits(self) -> Limits:
        """Return the limits with the wall time that is left."""


class Beside:
    """One search under way; leaving its context ends it."""

    def __init__(self, model: pulp.LpProblem, limits: Limits, *, seed: int, gap: float, nodes: int) -> None:
        """Begin to search; where no process can be had, the search is made when its answer is asked for."""
        self._stated = Stated(model)
        self._asked = _asked(self._stated.lp(), replace(limits, mip_nodes=nodes), model.sense, seed, gap)
        self._answer: Arrays | None = None
        self._process = _started()
        self._talk: threading.Thread | None = None
        if self._process is not None:
            talk = threading.Thread(target=self._converse, args=(self._process,), daemon=True)
            with suppress(RuntimeError):
                talk.start()
                self._talk = talk

    def __enter__(self) -> Self:
        """Return the search."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the search, answered or not."""
        self.stop()

    def answer(self, clock: Clock) -> Solved | None:
        """Wait for the answer and return it; None as soon as there is no time left, or where the search broke."""
        while self._talk is not None and self._talk.is_alive():
            if clock.is_reached():
                self.stop()
                return None
            self._talk.join(LOOK_EVERY_S)
        if clock.is_reached():
            return None
        if self._answer is None:
            self._answer = _searched(self._asked | {"wall_s": np.array([clock.limits().wall_s])})
        return self._read(self._answer) if self._answer else None

    def stop(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._talk is not None:
            self._talk.join()

    def _converse(self, process: "subprocess.Popen[bytes]") -> None:
        with suppress(OSError, ValueError, EOFError, BadZipFile):
            answer, _ = process.communicate(_packed(self._asked))
            self._answer = _unpacked(answer) if process.returncode == 0 else None

    def _read(self, found: Arrays) -> Solved:
        status, objective, bound, gap, nodes, cut_short = found["said"].tolist()
        names = [variable.name for variable in self._stated.variables]
        values = dict(zip(names, found["values"].tolist(), strict=True)) if len(found["values"]) else {}
        return Solved(
            status=_STATUS[int(status)], objective=objective, bound=bound, gap=gap, nodes=int(nodes),
            cut_short=bool(cut_short), values=values,
        )  # fmt: skip


def _started() -> "subprocess.Popen[bytes] | None":
    with suppress(OSError, ValueError):
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "planner.solvers.beside"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join((str(_ROOT), *filter(None, sys.path)))},
        )  # fmt: skip
    return None


def _asked(lp: highspy.HighsLp, limits: Limits, sense: int, seed: int, gap: float) -> Arrays:
    arrays = {name: np.asarray(getattr(lp, name)) for name in _LP}
    arrays |= {name: np.asarray(getattr(lp.a_matrix_, name)) for name in _MATRIX}
    whole = [int(kind == highspy.HighsVarType.kInteger) for kind in lp.integrality_]
    return arrays | {
        "whole": np.array(whole, dtype=np.int8),
        "wall_s": np.array([limits.wall_s]),
        "settings": np.array([sense, seed, limits.mip_nodes], dtype=np.int64),
        "numbers": np.array([lp.offset_, gap], dtype=np.float64),
    }


def _searched(asked: Arrays) -> Arrays:
    """Return the answer to a question; nothing where HiGHS breaks."""
    with suppress(SolverBroke):
        return _answered(asked)
    return {}


def _answered(asked: Arrays) -> Arrays:
    sense, seed, nodes = asked["settings"].tolist()
    offset, gap = asked["numbers"].tolist()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(asked["col_cost_"]), len(asked["row_lower_"])
    lp.sense_ = highspy.ObjSense.kMaximize if sense == pulp.LpMaximize else highspy.ObjSense.kMinimize
    lp.offset_ = offset
    for name in _LP:
        setattr(lp, name, asked[name])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    for name in _MATRIX:
        setattr(lp.a_matrix_, name, asked[name])
    if asked["whole"].any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[whole] for whole in asked["whole"].tolist()]
    limits = replace(Limits(), mip_nodes=nodes, wall_s=int(asked["wall_s"][0]))
    engine = highs.engine_for(lp, "beside", limits, seed=seed, gap=gap, relaxed=False)
    with printed_aside():
        engine.run()
    solved = highs.read(engine, pulp.LpProblem("beside", sense), [], gap, 1e-6)
    values = engine.getSolution().col_value if solved.found else ()
    said = (_STATUS.index(solved.status), solved.objective, solved.bound, solved.gap, solved.nodes, solved.cut_short)
    return {"said": np.array(said, dtype=np.float64), "values": np.array(values, dtype=np.float64)}


def _packed(arrays: Arrays) -> bytes:
    with io.BytesIO() as box:
        np.savez(box, **arrays)  # type: ignore[arg-type] # one of its own options is taken for a name
        return box.getvalue()


def _unpacked(data: bytes) -> Arrays:
    with np.load(io.BytesIO(data), allow_pickle=False) as box:
        return {name: box[name] for name in box.files}


def _end_with(parent: int) -> None:
    """End this process when its parent is gone: nobody would read the answer."""
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os._exit(1)


def main() -> None:
    """Answer the one question on standard input."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    sys.stdout.buffer.write(_packed(_searched(_unpacked(sys.stdin.buffer.read()))))


if __name__ == "__main__":
    main()
