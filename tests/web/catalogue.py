"""Every text that a page may show, found in the sources as a translator's tool finds them."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.extract import extract_from_dir

WEB = Path(__file__).resolve().parents[2] / "web"
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {
    "_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "counted": (2, 3),
    "pgettext": ((1, "c"), 2), "lazy_pgettext": ((1, "c"), 2), "_lp": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}}


class Key(NamedTuple):
    """What a catalogue finds a text by: the text, or its singular, with what it is said of."""

    text: str
    context: str | None = None


class Text(NamedTuple):
    """A text of the sources and the file that it stands in."""

    key: Key
    file: str
    has_plural: bool


def texts() -> Iterator[Text]:
    """Yield each text of the pages."""
    found = extract_from_dir(WEB, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS)
    for file, _line, message, _comments, context in found:
        text, has_plural = (message[0], True) if isinstance(message, tuple) else (message, False)
        yield Text(key=Key(text, context), file=file, has_plural=has_plural)
