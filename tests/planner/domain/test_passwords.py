"""ASVS 6.2.4: a new password is none of those that everybody tries first, judged offline."""

import pytest

from planner.domain.passwords import Weakness, judge_password

# Of the twelve and more characters, the most frequent families in published lists of stolen passwords.
COMMON = """
    password1234 123456789012 qwertyuiop123 1q2w3e4r5t6y iloveyou1234 administrator Password123! letmein12345
    abcdefghijkl aaaaaaaaaaaa abcabcabcabc P@ssw0rd2016! qwerty123456 1qaz2wsx3edc welcome2016! passwordpassword
    121212121212 football1234 sunshine12345 zaq12wsxcde3 unknown12345 q1w2e3r4t5y6 1234qwerasdf michael12345
    987654321098 0987654321qwerty adminadmin123 welcome123456 changeme12345 trustno1trustno1 mohammed12345
    123qweasdzxc princess1234 p@$$word1234 superman12345 qazwsxedcrfv bismillah786786 الله١٢٣٤٥٦٧٨٩
""".split()  # noqa: SIM905 - read as a text


@pytest.mark.parametrize("password", COMMON)
def test_asvs_6_2_4_what_everybody_tries_is_refused(password: str) -> None:
    assert Weakness.EASY in judge_password(password)


@pytest.mark.parametrize("password", ["nour.k-nour.k-2031", "TwoRivers2031!", "two-rivers-crisis", "N0ur_K_two_rivers"])
def test_asvs_6_2_4_what_a_stranger_tries_for_this_person_is_refused(password: str) -> None:
    assert judge_password(password, ["nour.k", "Nour K.", "two-rivers", "Two Rivers", "crisis"]) == {Weakness.EASY}


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple", "k7m3p-x9wqd-2fghj-ttrr8", "tractor blue lamp seven", "ثلاثة جمال على الطريق",
        "Vf9$kq2!mZpw", "my dragon eats green apples", "nour drinks cold tea at five",
    ],
)  # fmt: skip
def test_a_password_of_ones_own_words_will_do_without_signs_or_capitals(password: str) -> None:
    assert judge_password(password, ["nour"]) == frozenset()


def test_a_password_has_a_length() -> None:
    assert Weakness.SHORT in judge_password("k7m3p-x9wqd")
    assert judge_password("k7m3p-x9wqd2") == frozenset()
    assert judge_password("k7m3p-x9wqd" * 24) == {Weakness.LONG}
