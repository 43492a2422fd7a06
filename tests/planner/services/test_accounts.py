"""Accounts, their roles and sign-ins as services: on both databases, each step on record."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from argon2 import PasswordHasher

from planner.domain.accounts import FAILURES_ALLOWED, IDLE_S, LOCKED_S, WHOLE_DAY_S
from planner.domain.errors import BadInput, NotFound, Refused
from planner.domain.rights import Role
from planner.services import accounts, passwords, sign_ins
from planner.store.records import ChangedMeanwhile
from planner.store.store import Store
from routing.units import DAY, MINUTE
from tests.planner.store.examples import MONDAY

pytest_plugins = ["tests.database_fixtures"]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with little memory: what is tested here is not how hard a hash is to break."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)


def nour(store: Store, *roles: Role) -> str:
    made = accounts.add_account(store, "nour", roles or (Role.ANALYST,), name="Nour K.", actor="setup", at=MONDAY)
    return made.account


def begin(store: Store, account: str, at: int = MONDAY) -> str:
    return sign_ins.begin_sign_in(store, account, stage="whole", device="Firefox, Linux", instead_of=None, at=at).token


def actions(store: Store) -> list[str]:
    with store.reading() as read:
        return [entry.action for entry in reversed(read.list_audit())]


def test_the_first_accounts_are_made_once_and_two_of_them_coordinate(store: Store) -> None:
    made = accounts.ensure_first_accounts(store, MONDAY)

    assert [one.username for one in made] == ["coordinator", "coordinator-2", "analyst", "partner", "admin"]
    assert len({one.password for one in made}) == 5
    assert all(account.must_change_password for account in accounts.list_accounts(store))
    assert accounts.ensure_first_accounts(store, MONDAY) == ()
    assert actions(store) == ["add account"] * 5


def test_in_a_demonstration_the_first_passwords_stay_good(store: Store) -> None:
    accounts.ensure_first_accounts(store, MONDAY, must_change=False)

    assert not any(account.must_change_password for account in accounts.list_accounts(store))


def test_two_that_start_at_once_make_the_first_accounts_once(store: Store) -> None:
    start = Barrier(2)

    def ensure(_number: int) -> int:
        start.wait()
        return len(accounts.ensure_first_accounts(store, MONDAY))

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ensure, range(2))) == [0, 5]
    assert len(accounts.list_accounts(store)) == 5


def test_a_password_is_kept_as_a_hash_alone_and_the_name_with_the_actors_alone(store: Store) -> None:
    made = accounts.add_account(store, " Nour ", (Role.ANALYST,), name="Nour K.", actor="setup", at=MONDAY)
    account = accounts.get_account(store, "nour")

    assert account.password_hash.startswith("$argon2id$")
    assert made.password not in account.password_hash
    assert made.password not in repr(made)
    assert account.name == "Nour K."
    with store.reading() as read:
        assert "Nour" not in repr(read.list_audit())

    accounts.erase_name(store, "nour", actor="setup", at=MONDAY)
    assert accounts.get_account(store, "nour").name == ""


@pytest.mark.parametrize("username", ["", "n", "9lives", "nour k", "نور", "x" * 33, "a@b.example"])
def test_a_username_is_plain(store: Store, username: str) -> None:
    with pytest.raises(BadInput, match="no name to sign in with"):
        accounts.add_account(store, username, (Role.ANALYST,), actor="setup", at=MONDAY)


def test_a_username_is_taken_once(store: Store) -> None:
    nour(store)
    with pytest.raises(Refused, match="taken"):
        nour(store)


def test_an_account_needs_a_role(store: Store) -> None:
    with pytest.raises(BadInput, match="needs a role"):
        accounts.add_account(store, "nour", (), actor="setup", at=MONDAY)


def test_who_is_not_there_is_named_with_the_way_out(store: Store) -> None:
    with pytest.raises(NotFound, match="qafila user list"):
        accounts.disable_account(store, "nobody", actor="setup", at=MONDAY)


def test_a_reset_gives_a_new_password_and_ends_sign_ins_tokens_and_lock(store: Store) -> None:
    account = nour(store)
    token = begin(store, account)
    script = sign_ins.make_token(store, account, "report", 30, MONDAY).token
    before = accounts.get_account(store, "nour")
    for _ in range(FAILURES_ALLOWED):
        sign_ins.note_failure(store, account, what="password", at=MONDAY)

    accounts.reset_password(store, "nour", actor="setup", at=MONDAY)

    after = accounts.get_account(store, "nour")
    assert after.password_hash != before.password_hash
    assert after.must_change_password
    assert not after.is_locked(MONDAY)
    assert sign_ins.find_signed_in(store, token, MONDAY) is None
    assert sign_ins.find_by_token(store, script, MONDAY) is None


def test_a_disabled_account_is_out_at_once_and_comes_in_again_with_nothing_left(store: Store) -> None:
    account = nour(store)
    token = begin(store, account)
    accounts.disable_account(store, "nour", actor="setup", at=MONDAY)
    assert sign_ins.find_signed_in(store, token, MONDAY) is None
    with pytest.raises(Refused, match="cannot sign in"):
        begin(store, account)
    with pytest.raises(Refused, match="disabled already"):
        accounts.disable_account(store, "nour", actor="setup", at=MONDAY)

    accounts.enable_account(store, "nour", actor="setup", at=MONDAY)

    assert sign_ins.find_signed_in(store, token, MONDAY) is None
    begin(store, account)


def test_the_last_administrator_stays(store: Store) -> None:
    nour(store, Role.ADMIN)
    with pytest.raises(Refused, match="last administrator"):
        accounts.disable_account(store, "nour", actor="setup", at=MONDAY)
    with pytest.raises(Refused, match="last administrator"):
        accounts.set_roles(store, "nour", (Role.ANALYST,), actor="setup", at=MONDAY)

    accounts.add_account(store, "samir", (Role.ADMIN,), actor="setup", at=MONDAY)
    accounts.set_roles(store, "nour", (Role.ANALYST,), actor="setup", at=MONDAY)


def test_roles_that_somebody_else_changed_meanwhile_are_not_overwritten(store: Store) -> None:
    nour(store)
    seen = accounts.get_account(store, "nour").version
    accounts.set_roles(store, "nour", (Role.PARTNER,), version=seen, actor="a1", at=MONDAY)

    with pytest.raises(ChangedMeanwhile):
        accounts.set_roles(store, "nour", (Role.COORDINATOR,), version=seen, actor="a2", at=MONDAY)

    assert accounts.get_account(store, "nour").roles == {Role.PARTNER}


def test_ten_wrong_tries_lock_for_a_quarter_of_an_hour_and_no_longer(store: Store) -> None:
    account = nour(store)
    for _ in range(FAILURES_ALLOWED - 1):
        sign_ins.note_failure(store, account, what="password", at=MONDAY)
    assert not accounts.get_account(store, "nour").is_locked(MONDAY)

    for _ in range(5):  # those while it rests count for nothing
        sign_ins.note_failure(store, account, what="password", at=MONDAY)

    locked = accounts.get_account(store, "nour")
    assert locked.is_locked(MONDAY + LOCKED_S - 1)
    assert not locked.is_locked(MONDAY + LOCKED_S)
    assert actions(store)[1:] == ["refuse sign-in"] * 9 + ["lock account"]
    begin(store, account, at=MONDAY + LOCKED_S)
    assert accounts.get_account(store, "nour").failed_count == 0


def test_wrong_tries_at_the_same_time_are_all_counted(store: Store) -> None:
    account = nour(store)

    def fail(_number: int) -> None:
        sign_ins.note_failure(store, account, what="password", at=MONDAY)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fail, range(FAILURES_ALLOWED)))

    assert accounts.get_account(store, "nour").is_locked(MONDAY)


def test_a_code_is_taken_once_whoever_is_first(store: Store) -> None:
    account = nour(store)

    def take(_number: int) -> bool:
        with store.writing() as write:
            return write.take_code(account, 49_000_000)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(take, range(8))).count(True) == 1
    with store.writing() as write:
        assert not write.take_code(account, 48_999_999)
        assert write.take_code(account, 49_000_001)


def test_a_sign_in_ends_when_idle_or_after_half_a_day(store: Store) -> None:
    token = begin(store, nour(store))
    at = MONDAY
    while at < MONDAY + WHOLE_DAY_S:
        found = sign_ins.find_signed_in(store, token, at)
        assert found is not None
        sign_ins.note_life(store, found[0], at)
        at += IDLE_S - 1
    assert sign_ins.find_signed_in(store, token, MONDAY + WHOLE_DAY_S) is None


def test_signs_of_life_are_written_once_a_minute(store: Store) -> None:
    token = begin(store, nour(store))
    for later in (10, 59, 61, 100):
        found = sign_ins.find_signed_in(store, token, MONDAY + later)
        assert found is not None
        sign_ins.note_life(store, found[0], MONDAY + later)

    found = sign_ins.find_signed_in(store, token, MONDAY + 100)
    assert found is not None
    assert found[0].last_seen_at == MONDAY + 61


def test_a_visit_knows_when_the_one_before_it_ended(store: Store) -> None:
    account = nour(store)
    token = begin(store, account)
    found = sign_ins.find_signed_in(store, token, MONDAY + 20 * MINUTE)
    assert found is not None
    assert found[1].visit_before is None
    sign_ins.note_life(store, found[0], MONDAY + 20 * MINUTE)

    begin(store, account, at=MONDAY + DAY)

    assert accounts.get_account(store, "nour").visit_before == MONDAY + 20 * MINUTE


def test_of_a_cookie_and_a_token_only_digests_are_kept(store: Store) -> None:
    account = nour(store)
    cookie, script = begin(store, account), sign_ins.make_token(store, account, "report", 30, MONDAY).token

    with store._engine.connect() as connection:
        kept = [
            repr(connection.exec_driver_sql(f"SELECT * FROM {table}").all())  # noqa: S608 - named a line below
            for table in ("sign_in", "api_token", "audit")
        ]

    assert not any(secret in rows for secret in (cookie, script) for rows in kept)


def test_a_token_speaks_until_it_expires_or_is_revoked(store: Store) -> None:
    account = nour(store)
    made = sign_ins.make_token(store, account, "report", 30, MONDAY)
    found = sign_ins.find_by_token(store, made.token, MONDAY)
    assert found is not None
    sign_ins.note_use(store, found[0], MONDAY)
    assert sign_ins.find_by_token(store, made.token, MONDAY + 30 * DAY) is None
    assert sign_ins.find_by_token(store, made.token.removeprefix("qafila_"), MONDAY) is None

    with pytest.raises(NotFound):
        sign_ins.revoke_token(store, "somebody-else", made.id, MONDAY)
    sign_ins.revoke_token(store, account, made.id, MONDAY)

    assert sign_ins.find_by_token(store, made.token, MONDAY) is None


@pytest.mark.parametrize(("label", "days"), [("", 30), ("x" * 61, 30), ("report", 31)])
def test_a_token_says_what_it_is_for_and_does_not_live_for_ever(store: Store, label: str, days: int) -> None:
    with pytest.raises(BadInput):
        sign_ins.make_token(store, nour(store), label, days, MONDAY)


def test_one_ends_ones_own_sign_ins_alone(store: Store) -> None:
    account = nour(store)
    mine = sign_ins.begin_sign_in(store, account, stage="whole", device="x", instead_of=None, at=MONDAY)
    other = begin(store, account)
    with pytest.raises(NotFound):
        accounts.end_sign_in(store, mine.sign_in, account="somebody-else", actor="x", at=MONDAY)

    assert accounts.end_sign_ins(store, account, but=mine.sign_in, actor=account, at=MONDAY) == 1

    assert sign_ins.find_signed_in(store, other, MONDAY) is None
    assert [one.id for one in accounts.list_sign_ins(store, account, MONDAY)] == [mine.sign_in]


def test_the_secret_of_the_pages_is_made_once(store: Store) -> None:
    def make(_number: int) -> bytes:
        with store.writing() as write:
            return write.get_or_make_secret("pages")

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(make, range(4)))) == 1
