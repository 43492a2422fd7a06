"""A seed folder of one's own, in which a single thing is wrong."""

from pathlib import Path
from shutil import copytree

TWO_RIVERS = Path(__file__).resolve().parents[3] / "seed_data" / "two-rivers"


def copy_seed(to: Path) -> Path:
    """Return a copy of the small invented crisis."""
    return copytree(TWO_RIVERS, to / "two-rivers")


def mend(folder: Path, file: str, old: str, new: str) -> int:
    """Replace a text that stands once in a file and return the number of its line."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def mend_cell(folder: Path, file: str, line: int, old: str, new: str) -> None:
    """Replace a text in one line of a file."""
    path = folder / file
    lines = path.read_text(encoding="utf-8").split("\n")
    assert old in lines[line - 1], f"{old!r} is not in line {line} of {file}: {lines[line - 1]}"
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    path.write_text("\n".join(lines), encoding="utf-8")
