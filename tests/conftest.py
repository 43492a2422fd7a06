"""Rules of every test: the same examples each run, and no word to anybody outside this machine."""

import ipaddress
import os
import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Derandomized: a red build is red again on the next desk. `make prove` draws many more examples.
settings.register_profile("every-run", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "prove", derandomize=True, deadline=None, max_examples=2000, suppress_health_check=list(HealthCheck)
)
settings.load_profile("prove" if os.environ.get("QAFILA_PROVE") else "every-run")


LONGEST = ("tests/browser/test_without_scripts.py", "tests/fuzzing/", "tests/planner/cli/test_ending.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that the end does not wait for one test alone."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(autouse=True)
def outside_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Fail the test that tries to reach a partner: refused when tried, told again at the end if swallowed."""
    tried: list[str] = []
    look_up = socket.getaddrinfo

    def refuse_outside(host: object) -> None:
        if not _is_this_machine(host):
            tried.append(str(host))
            message = f"A test tried to reach {host!r}. Give it a fake that implements the port instead."
            raise ConnectionRefusedError(message)

    class LocalSocket(socket.socket):
        def connect(self, address: object) -> None:
            refuse_outside(_host_of(address))
            super().connect(address)  # type: ignore[arg-type] # whatever the kernel takes

        def connect_ex(self, address: object) -> int:
            refuse_outside(_host_of(address))
            return super().connect_ex(address)  # type: ignore[arg-type] # whatever the kernel takes

    def look_up_here(host: object, *args: object, **kwargs: object) -> object:
        refuse_outside(host)
        return look_up(host, *args, **kwargs)  # type: ignore[arg-type] # passed on as it came

    monkeypatch.setattr(socket, "socket", LocalSocket)
    monkeypatch.setattr(socket, "getaddrinfo", look_up_here)
    yield tried
    assert not tried, f"This test tried to reach {', '.join(tried)}."


def _host_of(address: object) -> object:
    # A string is the path of a Unix socket, which never leaves the machine.
    return address[0] if isinstance(address, tuple) else None


def _is_this_machine(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
