"""Every text of the pages is said in Arabic once, in all the forms that its numbers take."""

from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from babel.support import NullTranslations

from tests.web.catalogue import WEB, Key, texts
from web.i18n import read_catalogues

ARABIC = WEB / "translations" / "ar"
FORMS = 6
MADE_OF_IDS = "body"
"""Context of names that a page makes of what the log calls a body by."""


def messages() -> list[tuple[str, Key, Message]]:
    """Return what the catalogues hold, each message with the file that it stands in."""
    held: list[tuple[str, Key, Message]] = []
    for path in sorted(ARABIC.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="ar"):
                text = message.id[0] if isinstance(message.id, tuple) else message.id
                if text:
                    held.append((path.name, Key(str(text), message.context), message))
    return held


def translations() -> dict[Key, tuple[str, ...]]:
    """Return what the catalogues say in each form."""
    said: dict[Key, tuple[str, ...]] = {}
    for _file, key, message in messages():
        forms = message.string
        said[key] = (forms,) if isinstance(forms, str) else tuple(forms or ())
    return said


def test_every_text_has_its_arabic() -> None:
    said = translations()
    asked = {(text.key, text.file) for text in texts()}

    assert len(asked) > 500
    assert any(key.context for key, _file in asked)
    assert sorted(map(str, ((key, file) for key, file in asked if key.text and not all(said.get(key, ("",)))))) == []


def test_a_number_has_its_six_forms() -> None:
    said = translations()
    counted = {text.key for text in texts() if text.has_plural}

    assert counted
    assert [key for key in sorted(counted, key=str) if len(said[key]) != FORMS or not all(said[key])] == []


def test_no_text_stands_in_two_catalogues() -> None:
    """The last one read would win, on pages that its translator never saw."""
    files: dict[Key, list[str]] = {}
    for file, key, _message in messages():
        files.setdefault(key, []).append(file)

    assert {key: found for key, found in files.items() if len(found) > 1} == {}


def test_no_catalogue_says_what_no_page_asks_for() -> None:
    said = {key for _file, key, _message in messages() if key.context != MADE_OF_IDS}

    assert said - {text.key for text in texts()} == set()


def test_a_text_is_said_as_the_context_has_it() -> None:
    """A report is released in another gender, and by another verb, than a stopped convoy."""
    arabic = read_catalogues("ar")
    english = NullTranslations()

    assert arabic.upgettext("convoy", "Released") != arabic.ugettext("Released")
    assert english.upgettext("convoy", "Released") == "Released"
