"""Change a file where it means something, a value within JSON or a cell of a table, to get past the syntax."""

import csv
import io
import json
import random
from typing import Any, Final

VALUES: Final[tuple[Any, ...]] = (
    None, True, -1, 0, 1e308, 10**400, "", "2031-04-31", "1,500", "nan", "\x00", [], [1.6], [[1.6, 0.8]], {}, "Point",
    "Polygon", "MultiPolygon", "LineString", "GeometryCollection", 180.5, [[[]]], "\ud800",
)  # fmt: skip
"""What may stand where something else was meant."""


def mutated(content: bytes, seed: int) -> bytes | None:
    """Return the file with one value changed, left out or said twice; None where it is neither JSON nor a table."""
    rng = random.Random(seed)  # noqa: S311 - a fuzzer's choice
    try:
        text = content.decode()
        return _json(text, rng) if text.lstrip()[:1] in {"{", "["} else _table(text, rng)
    except (ValueError, RecursionError, csv.Error):
        return None


def _json(text: str, rng: random.Random) -> bytes:
    whole = json.loads(text)
    spots = list(_spots(whole))
    if spots:
        holder, key = rng.choice(spots)
        deed = rng.randrange(3)
        if deed == 0:
            holder[key] = rng.choice(VALUES)
        elif deed == 1:
            del holder[key]
        elif isinstance(holder, list):
            holder.insert(key, holder[key])
        else:
            holder[key + rng.choice("_ 2")] = holder[key]
    return json.dumps(whole).encode()


def _spots(whole: Any) -> Any:  # noqa: ANN401 - any JSON
    waiting = [whole]
    while waiting:
        one = waiting.pop()
        for key in list(one) if isinstance(one, dict) else range(len(one)):
            yield one, key
            if isinstance(one[key], dict | list):
                waiting.append(one[key])


def _table(text: str, rng: random.Random) -> bytes | None:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if not any(rows):
        return None
    row = rng.choice([row for row in rows if row])
    deed = rng.randrange(3)
    if deed == 0:
        row[rng.randrange(len(row))] = str(rng.choice(VALUES)).encode("utf-8", "replace").decode()
    elif deed == 1:
        del row[rng.randrange(len(row))]
    else:
        rows.insert(rng.randrange(len(rows)), list(row))
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
