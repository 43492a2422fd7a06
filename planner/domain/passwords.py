"""Whether a password is hard enough to guess, judged without asking anybody outside."""

import unicodedata
from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Final

SHORTEST: Final = 12
LONGEST: Final = 256
"""Characters; a longer one only costs time."""
LEFT_AT_LEAST: Final = 8
"""Characters that must be left when all that everybody tries is taken out."""
DIFFERENT_AT_LEAST: Final = 5
RUN_AT_LEAST: Final = 4
"""So many keys in a row are a run: 1234, qwer, abcd."""


class Weakness(StrEnum):
    """What is wrong with a password."""

    SHORT = "short"
    LONG = "long"
    EASY = "easy"


# What lists of stolen passwords hold most, as the words that they are made of.
_WORDS: Final = frozenset(
    """
    password passwort passwd passw0rd pass parola parole motdepasse contrasena senha word admin administrator root
    user username guest login logon signin welcome letmein access master default changeme change temp temporary test
    testing tester secret private security secure system server computer internet website database network wifi
    monkey dragon tiger eagle falcon lion horse football baseball basketball soccer hockey liverpool chelsea arsenal
    barcelona realmadrid juventus superman batman spiderman pokemon starwars matrix trustno1 trustno iloveyou iloveu
    love lovely loveme forever sunshine princess prince angel shadow killer hunter ranger silver golden diamond
    flower rainbow butterfly chocolate cheese cookie banana orange purple summer winter spring autumn january
    february march april june july august september october november december monday tuesday wednesday thursday
    friday saturday sunday hello hallo bonjour whatever nothing something freedom money lucky happy blessed jesus
    christ heaven michael jordan jennifer jessica michelle charlie ashley nicole thomas robert daniel andrew george
    joshua matthew anthony william samantha victoria alexander samsung google facebook twitter instagram microsoft
    windows android iphone apple nokia qwerty azerty qwertz asdf zxcv unknown anonymous nobody company office work
    mohammed muhammad mohamed ahmed ahmad mahmoud mustafa fatima bismillah allahuakbar allah alhamdulillah
    mashallah inshallah habibi habibti salam marhaba
    convoy qafila humanitarian relief logistics mission united nations emergency coordinator analyst partner
    محمد احمد أحمد الله بسمالله حبيبي مرحبا سلام كلمةالسر كلمةالمرور قافلة اغاثة إغاثة مساعدات
    """.split()  # noqa: SIM905 - two hundred words are read as a text, not as a list
)
_ROWS: Final = tuple(
    row + back
    for row in (
        "12345678901234567890", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm",
        "abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p",
        "q1w2e3r4t5y6u7i8o9p0", "qazwsxedcrfvtgbyhnujmikolp", "1a2b3c4d5e6f7g8h9i0j", "a1b2c3d4e5f6g7h8i9j0",
        "123qweasdzxc123", "qweasdzxcvbnm",
        "147258369", "741852963", "!@#$%^&*()_+", "ضصثقفغعهخحجد", "شسيبلاتنمكط", "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
        "١٢٣٤٥٦٧٨٩٠",
    )
    for back in (" " + row[::-1],)
)  # fmt: skip
"""Rows of keys and alphabets, each also backwards."""
_LOOKALIKES: Final = str.maketrans("@4301!$57", "aaeoiisst")


def judge_password(password: str, own_words: Collection[str] = ()) -> frozenset[Weakness]:
    """Return what is wrong with a password; nothing where it will do.

    `own_words` are those that a stranger would try for this person: their names, the crisis, the organisation.
    There are no rules on kinds of letters: a long phrase is as good as a short riddle.
    """
    found = set()
    if len(password) < SHORTEST:
        found.add(Weakness.SHORT)
    if len(password) > LONGEST:
        found.add(Weakness.LONG)
    elif _is_easy(password, own_words):
        found.add(Weakness.EASY)
    return frozenset(found)


def _is_easy(password: str, own_words: Collection[str]) -> bool:
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(set(plain)) < DIFFERENT_AT_LEAST:
        return True
    words = sorted({*_WORDS, *_own(own_words)}, key=len, reverse=True)
    return any(len(_without_common(form, words)) < LEFT_AT_LEAST for form in _forms(plain))


def _own(words: Collection[str]) -> Iterator[str]:
    for word in words:
        whole = unicodedata.normalize("NFKC", word).casefold()
        for part in (whole, *"".join(c if c.isalnum() else " " for c in whole).split()):
            if len(part) >= 3:  # noqa: PLR2004 - two letters are in every word
                yield part


def _forms(plain: str) -> Iterator[str]:
    yield plain
    yield plain.translate(_LOOKALIKES)


def _without_common(text: str, words: Collection[str]) -> str:
    """Return what is left of a text without known words, runs of keys, repetitions, years and filling signs."""
    left = _without_runs(text)
    for word in words:
        left = left.replace(word, " ")
    left = "".join(c for c in left if c.isalnum())
    left = _once(left)
    for century in ("19", "20"):
        at = left.find(century)
        if at >= 0 and left[at : at + 4].isdigit() and len(left[at : at + 4]) == 4:  # noqa: PLR2004 - a year
            left = left[:at] + left[at + 4 :]
    return left


def _without_runs(text: str) -> str:
    at, kept = 0, []
    while at < len(text):
        length = next((n for n in range(len(text) - at, RUN_AT_LEAST - 1, -1) if _is_run(text[at : at + n])), 0)
        kept.append(" " if length else text[at])
        at += length or 1
    return "".join(kept)


def _is_run(part: str) -> bool:
    return len(set(part)) == 1 or any(part in row for row in _ROWS)


def _once(text: str) -> str:
    """Return the shortest part that a text only repeats, else the text."""
    for length in range(1, len(text) // 2 + 1):
        part = text[:length]
        if (part * (len(text) // length + 1))[: len(text)] == text:
            return part
    return text
