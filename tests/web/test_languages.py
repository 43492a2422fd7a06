"""Every text of the pages is said in Arabic, in all the forms that its numbers take."""

from babel.messages.pofile import read_po

from tests.web.catalogue import WEB, texts

ARABIC = WEB / "translations" / "ar"
FORMS = 6


def translations() -> dict[str, tuple[str, ...]]:
    """Return what the catalogues say in each form, by the text or its singular."""
    said: dict[str, tuple[str, ...]] = {}
    for path in sorted(ARABIC.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="ar"):
                key = message.id[0] if isinstance(message.id, tuple) else message.id
                forms = message.string
                said[str(key)] = (forms,) if isinstance(forms, str) else tuple(forms or ())
    return said


def test_every_text_has_its_arabic() -> None:
    said = translations()
    keys = {(text[0] if isinstance(text, tuple) else text, file) for file, text in texts()}

    assert len(keys) > 500
    assert sorted((key, file) for key, file in keys if key and not all(said.get(key, ("",)))) == []


def test_a_number_has_its_six_forms() -> None:
    said = translations()
    counted = {text[0] for _, text in texts() if isinstance(text, tuple)}

    assert counted
    assert [key for key in sorted(counted) if len(said[key]) != FORMS or not all(said[key])] == []
