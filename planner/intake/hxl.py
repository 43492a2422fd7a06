"""The row of hashtags that humanitarian tables carry below their header, so that programs know the columns."""

import re
from collections.abc import Sequence
from typing import Final

_TAG: Final = re.compile(r"#[a-z][a-z0-9_]*(?:\s*\+\s*[a-z][a-z0-9_]*)*", re.IGNORECASE)


def is_tag_row(texts: Sequence[str]) -> bool:
    """Tell whether a line is a row of tags: at least one, and nothing that is none."""
    told = [text.strip() for text in texts if text.strip()]
    return bool(told) and all(_TAG.fullmatch(text) for text in told)


def fits(tag: str, pattern: str) -> bool:
    """Tell whether a column's tag is that of a pattern and has all its attributes, in any order, as in the standard."""
    if not _TAG.fullmatch(tag.strip()):
        return False
    word, *attributes = _parts(tag)
    wanted, *needed = _parts(pattern)
    return word == wanted and set(needed) <= set(attributes)


def _parts(tag: str) -> list[str]:
    return [part.strip().lower() for part in tag.strip().split("+")]
