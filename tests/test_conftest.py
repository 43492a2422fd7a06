"""The rules of every test hold: outside is refused and remembered, this machine is not."""

import re
import socket
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
FIXTURE = re.compile(r"^@pytest\.fixture\b.*\n(?:async )?def (\w+)", re.MULTILINE)


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("2001:db8::1", 443, 0, 0)])
def test_a_test_cannot_reach_a_partner(outside_calls: list[str], address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as line, pytest.raises(ConnectionRefusedError, match="Give it a fake"):
        line.connect(address)

    assert outside_calls == [address[0]]
    outside_calls.clear()


def test_a_partner_is_not_even_looked_up(outside_calls: list[str]) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("partner.example", 443), timeout=1)

    assert outside_calls == ["partner.example"]
    outside_calls.clear()


def test_a_server_of_the_test_itself_is_reached(outside_calls: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("localhost", port), timeout=5):
            pass

    assert outside_calls == []


def test_property_tests_draw_the_same_examples_each_run() -> None:
    assert settings().derandomize
    assert settings().deadline is None


def test_every_shared_fixture_has_a_name_of_its_own() -> None:
    # A plugin's fixtures are everybody's: of two with one name, the test that came first on a worker decides.
    names = Counter(name for file in TESTS.rglob("*_fixtures.py") for name in FIXTURE.findall(file.read_text("utf-8")))

    assert len(names) > 10
    assert [name for name, times in names.items() if times > 1] == []
