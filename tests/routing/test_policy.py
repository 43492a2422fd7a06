"""The numbers of the fold: what they may be, and which of those on record are in force."""

import pytest

from routing.errors import InvalidPolicy
from routing.evidence import Evidence
from routing.hand_set import PolicySet
from routing.policy import AccessPolicy
from routing.policy_record import DEFAULT, policies_on_record, policy_in_force
from tests.routing.builders import log, reported, retracted

CAUTIOUS = AccessPolicy(p_stale=0.5)
BOLD = AccessPolicy(p_stale=0.9)


def policy_set(name: str, policy: AccessPolicy) -> Evidence:
    return reported(PolicySet(name=name, policy=policy), "2016-09-01 00:00", source="access group")


def test_without_a_record_the_default_is_in_force() -> None:
    assert policy_in_force(log(), 0) == DEFAULT
    assert (DEFAULT.name, DEFAULT.version, DEFAULT.policy) == ("default", 0, AccessPolicy())


def test_the_last_policy_that_stands_is_in_force_as_known() -> None:
    records = log(policy_set("cautious", CAUTIOUS), policy_set("bold", BOLD))
    told = [policy_in_force(records, known) for known in (0, 1, 2)]
    assert [(one.name, one.version) for one in told] == [("default", 0), ("cautious", 1), ("bold", 2)]
    assert [one.policy for one in told[1:]] == [CAUTIOUS, BOLD]


def test_a_withdrawn_policy_gives_way_to_the_one_before_and_keeps_its_number() -> None:
    gone = retracted(2, "2016-09-02 00:00")
    records = log(policy_set("cautious", CAUTIOUS), policy_set("bold", BOLD), gone, policy_set("third", BOLD))
    assert policy_in_force(records, 3).name == "cautious"
    assert [(one.name, one.version) for one in policies_on_record(records, 4)] == [("cautious", 1), ("third", 3)]
    assert policy_in_force(log(policy_set("cautious", CAUTIOUS), retracted(1, "2016-09-02 00:00")), 2) == DEFAULT


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"p_stale": 1.5}, "p_stale is 1.5. Give a number from 0 to 1"),
        ({"p_stale": float("nan")}, "p_stale is nan"),
        ({"air_strike_factor": -0.1}, "air_strike_factor is -0.1"),
        ({"stale_after_s": -1}, "stale_after_s is -1. Give a whole number from 0"),
        ({"hazard_step_s": 0}, "hazard_step_s is 0. Give a whole number from 1"),
        ({"armed_clash_half_life_s": 0}, "armed_clash_half_life_s is 0"),
        ({"air_strike_radius_m": 10**9}, "air_strike_radius_m is 1000000000"),
        ({"blocked_below_p": 0.95}, "blocked_below_p is 0.95, above open_from_p 0.9"),
    ],
)
def test_numbers_that_no_fold_could_use_are_refused(values: dict[str, float], said: str) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        AccessPolicy(**values)  # type: ignore[arg-type] # wrong ones are the point
    assert said in str(refused.value)
