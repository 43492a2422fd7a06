"""Every text that a page may show, found in the sources as a translator's tool finds them."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from babel.messages.extract import extract_from_dir

WEB = Path(__file__).resolve().parents[2] / "web"
Text: TypeAlias = str | tuple[str, ...]
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "counted": (2, 3)}
OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}}


def texts() -> Iterator[tuple[str, Text]]:
    """Yield each text with the file that it stands in; one with a plural as a pair."""
    found = extract_from_dir(WEB, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS)
    for file, _line, message, _comments, _context in found:
        yield file, message
