"""Speak the reader's language: catalogues are read from their text form, so that nothing has to be compiled."""

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import flask_babel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask

LANGUAGES: Final = ("en", "ar")
RIGHT_TO_LEFT: Final = frozenset({"ar"})
CATALOGUES: Final = Path(__file__).parent / "translations"


class TextDomain(flask_babel.Domain):  # type: ignore[misc] # the library publishes no types
    """All families' catalogues of a language as one."""

    def get_translations(self) -> Translations | NullTranslations:
        """Return the translations of this request's language; English is the language of the sources."""
        locale = flask_babel.get_locale()
        return NullTranslations() if locale is None else read_catalogues(locale.language)


@cache
def read_catalogues(language: str) -> Translations | NullTranslations:
    """Return one catalogue of all `.po` files of a language; an unfinished (fuzzy) string is left in English."""
    merged: Translations | None = None
    for file in sorted((CATALOGUES / language).glob("*.po")):
        compiled = BytesIO()
        with file.open("rb") as text:
            write_mo(compiled, read_po(text, locale=language))
        compiled.seek(0)
        one = Translations(compiled)
        if merged is None:
            merged = one
        else:
            merged.merge(one)
    return merged or NullTranslations()


def install_languages(app: Flask, language: Callable[[], str]) -> None:
    """Let templates and views speak the language that `language` names for each request."""
    babel = flask_babel.Babel()
    # The catalogue is ours, not the library's compiled one.
    babel.__dict__["domain_instance"] = TextDomain()
    babel.init_app(app, default_locale=LANGUAGES[0], locale_selector=language)


def gettext(text: str, **values: Any) -> str:  # noqa: ANN401 - whatever the text has places for
    """Return a text in the reader's language, its places `%(name)s` filled."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, count: int, **values: Any) -> str:  # noqa: ANN401 - as gettext
    """Return a text for a count (`%(num)s`) in the reader's language, which may have six forms."""
    return str(flask_babel.ngettext(one, many, count, **values))


def pgettext(context: str, text: str, **values: Any) -> str:  # noqa: ANN401 - as gettext
    """Return a text that another language says in its own way of `context`.

    In English a report and a stopped convoy are both "released"; in Arabic each by a verb and a gender of its own.
    The context says what is spoken of; it is `msgctxt` in a catalogue. Templates have `pgettext` too.
    """
    return str(flask_babel.pgettext(context, text, **values))


def lazy_gettext(text: str) -> Any:  # noqa: ANN401 - the library's lazy string
    """Return a text that is turned into the reader's language when it is used."""
    return flask_babel.lazy_gettext(text)


def lazy_pgettext(context: str, text: str) -> Any:  # noqa: ANN401 - as lazy_gettext
    """Return a text as `pgettext` does, turned into the reader's language when it is used."""
    return flask_babel.lazy_pgettext(context, text)
