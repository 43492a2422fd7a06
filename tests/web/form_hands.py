"""A form as a browser would send it: every field with what stands in it, for tests that fill in a few."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote

Fields = dict[str, list[str]]


@dataclass
class _Form:
    action: str
    method: str
    fields: Fields = field(default_factory=dict)


class _Reader(HTMLParser):
    """Collects the forms of a page; of a list the chosen entry counts, else the first."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self._inside = False
        self._list: tuple[str, bool, list[tuple[str, bool]]] | None = None
        self._text: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.forms.append(_Form(given.get("action", ""), given.get("method", "get")))
            self._inside = True
        elif not self._inside:
            return
        elif tag == "input" and name and given.get("type") not in {"submit", "file"}:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self._put(name, given.get("value", "on" if given.get("type") == "checkbox" else ""))
        elif tag == "select" and name:
            self._list = (name, "multiple" in given, [])
        elif tag == "option" and self._list is not None:
            self._list[2].append((given.get("value", ""), "selected" in given))
        elif tag == "textarea" and name:
            self._text = (name, [])

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea" and self._text is not None:
            self._put(self._text[0], "".join(self._text[1]))
            self._text = None
        elif tag == "select" and self._list is not None:
            name, several, entries = self._list
            chosen = [value for value, selected in entries if selected]
            if not several and entries:
                chosen = chosen[-1:] or [entries[0][0]]
            for value in chosen:
                self._put(name, value)
            self._list = None

    def _put(self, name: str, value: str) -> None:
        self.forms[-1].fields.setdefault(name, []).append(value)


def fields_of(page: str, to: str) -> Fields:
    """Return the fields of the page's posted form that goes to an address; one without an address goes to its own."""
    reader = _Reader()
    reader.feed(page)
    for form in reader.forms:
        if form.method == "post" and (not form.action or unquote(form.action) == unquote(to)):
            return form.fields
    message = f"No form to {to} on this page:\n{page}"
    raise AssertionError(message)
