"""Reports and pages call the same code by the same word, in both languages."""

from collections.abc import Mapping
from typing import Any

import pytest

from planner.domain.denials import AUTHORITIES, EVENTS, REASONS, SECTORS
from planner.partners.words import codes_of, word
from tests.web.catalogue import Key
from tests.web.test_languages import translations
from web import event_words

SECTIONS: Mapping[str, Mapping[Any, Any]] = {
    "event": event_words.WHAT, "result": event_words.RESULTS, "reason": event_words.REASON,
    "category": event_words.CATEGORIES, "sector": event_words.SECTORS, "channel": event_words.CHANNELS,
    "paper": event_words.PAPER_STATES, "step": event_words.STEPS, "listing": event_words.LISTINGS,
}  # fmt: skip


@pytest.mark.parametrize("section", SECTIONS)
def test_a_code_has_one_word(section: str) -> None:
    arabic = translations()
    for code, said in SECTIONS[section].items():
        if str(code) in codes_of(section):
            english = str(said._args[0])
            assert (word(section, code).en, word(section, code).ar) == (english, arabic[Key(english)][0]), code


@pytest.mark.parametrize(
    ("section", "codes"),
    [("event", EVENTS), ("reason", REASONS), ("sector", SECTORS), ("authority", AUTHORITIES)],
)
def test_every_code_that_may_leave_has_a_word(section: str, codes: frozenset[str]) -> None:
    assert set(codes) <= codes_of(section)
