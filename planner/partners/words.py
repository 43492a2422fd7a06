"""The words of reports in both languages, from one table."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, TypeAlias

Language: TypeAlias = Literal["en", "ar"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "ar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """A text in English and in Arabic."""

    en: str
    ar: str

    def say(self, language: Language) -> str:
        """Return it in one of the two."""
        return self.ar if language == "ar" else self.en


def word(section: str, code: object) -> Both:
    """Return the words of a code; one that has none is said as `other`, so that no free text leaves by it."""
    found = _words().get(section, {}).get(str(code))
    return OTHER if found is None else found


def said(key: str) -> Both:
    """Return a fixed phrase; raises `KeyError` where there is none."""
    return _words()["said"][key]


def codes_of(section: str) -> frozenset[str]:
    """Return the codes that have words in a section."""
    return frozenset(_words()[section])


@cache
def _words() -> Mapping[str, Mapping[str, Both]]:
    text = (files("planner.partners") / "words.toml").read_text(encoding="utf-8")
    return {
        section: {code: Both(en=en, ar=ar) for code, (en, ar) in pairs.items()}
        for section, pairs in tomllib.loads(text).items()
    }


OTHER: Final = Both(en="other", ar="غير ذلك")
