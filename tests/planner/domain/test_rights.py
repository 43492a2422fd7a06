"""Who may do what, right by right."""

import pytest

from planner.domain.rights import Right, Role, can

SAID = {
    Right.OPEN: {*Role},
    Right.ANYBODY: {*Role},
    Right.READ: {Role.COORDINATOR, Role.ANALYST},
    Right.PLAN: {Role.COORDINATOR, Role.ANALYST},
    Right.RECORD: {Role.COORDINATOR, Role.ANALYST},
    Right.EDIT: {Role.COORDINATOR},
    Right.PUBLISH: {Role.COORDINATOR},
    Right.REPORT: {Role.COORDINATOR, Role.ANALYST},
    Right.PARTNER: {Role.COORDINATOR, Role.ANALYST, Role.PARTNER},
    Right.SUBMIT: {Role.PARTNER},
    Right.ADMINISTER: {Role.ADMIN},
}


@pytest.mark.parametrize("right", [*Right])
def test_a_right_belongs_to_these_roles_and_no_other(right: Right) -> None:
    assert {role for role in Role if can({role}, right)} == SAID[right]


def test_several_roles_have_the_rights_of_each() -> None:
    assert can({Role.PARTNER, Role.ADMIN}, Right.ADMINISTER)
    assert can({Role.PARTNER, Role.ADMIN}, Right.PARTNER)
    assert not can({Role.PARTNER, Role.ADMIN}, Right.READ)


def test_no_role_gives_no_right_beyond_being_there() -> None:
    assert {right for right in Right if can((), right)} == {Right.OPEN, Right.ANYBODY}
