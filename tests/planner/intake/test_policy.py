"""Policies from a file: what it names is taken, the rest keeps its default, and mistakes are told all at once."""

from pathlib import Path

import pytest

from planner.domain.errors import BadInput
from planner.domain.policy import STANDARD, Limits
from planner.intake.policy import read_policy
from routing.policy import AccessPolicy


def write(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_file_is_the_default_policy(tmp_path: Path) -> None:
    assert read_policy(write(tmp_path, "")) == (STANDARD, AccessPolicy(), Limits())


def test_what_is_named_is_taken_and_the_rest_keeps_its_default(tmp_path: Path) -> None:
    plan, access, limits = read_policy(write(tmp_path, "[plan]\nration_days = 20\n[access]\nopen_from_p = 1\n"))
    assert (plan.ration_days, access.open_from_p, limits) == (20, 1, Limits())
    assert access.stale_after_s == AccessPolicy().stale_after_s


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[plan]\nration_days = true\n", r"policy.toml \[plan\]: ration_days is True. Give a value like 30."),
        ("[plan]\nluck = 3\n", r"policy.toml \[plan\]: 'luck' is no parameter. Parameters: .*ration_days"),
        ("[weather]\n", r"'weather' is not known here. The tables are \[access\], \[limits\] and \[plan\]."),
        ("[plan\n", r"policy.toml: .*line 1"),
    ],
)
def test_a_policy_that_cannot_be_read_says_where(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_policy(write(tmp_path, text))
