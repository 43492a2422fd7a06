"""The server answers its supervisor, and what breaks in it keeps its reason to itself."""

from http import HTTPStatus

import pytest

from tests.web.doors import Door
from web.rights import Right, needs

pytest_plugins = ["tests.web.site_fixtures"]


def test_a_supervisor_learns_that_the_server_answers(shared_site: Door) -> None:
    answer = shared_site.browser().get("/healthz")

    assert answer.status_code == HTTPStatus.OK
    assert answer.get_json() == {"status": "ok"}


def test_asking_for_health_changes_nothing_so_only_get_is_taken(shared_site: Door) -> None:
    assert shared_site.app.test_client().post("/healthz").status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize("address", ["/healthz", "/no-such-page", "/static/no-such-file", "/api/v1/nothing"])
def test_no_answer_leaves_without_its_security_headers(shared_site: Door, address: str) -> None:
    headers = shared_site.browser().get(address).headers

    policy = {rule.strip() for rule in headers["Content-Security-Policy"].split(";")}
    assert {"default-src 'self'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("address", ["/breaks", "/api/v1/breaks"])
def test_a_page_that_breaks_is_hardened_too_and_keeps_its_reason_to_itself(site: Door, address: str) -> None:
    site.app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)

    @needs(Right.OPEN)
    def breaks() -> str:
        message = "convoy 7 leaves at 05:45"
        raise RuntimeError(message)

    site.app.add_url_rule(address, "breaks", breaks)

    answer = site.browser().get(address)

    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "convoy 7" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_language_and_a_theme_are_kept_and_lead_back_inside_only(shared_site: Door) -> None:
    browser = shared_site.signed_in("partner")

    kept = browser.send("/reports", "/preferences", language="ar", theme="dark", back="//elsewhere.example/")

    assert kept.headers["Location"] == "/"
    page = browser.get("/reports").text
    assert '<html lang="ar" dir="rtl" data-theme="dark">' in page


def test_an_answer_is_packed_for_whoever_takes_it(shared_site: Door) -> None:
    browser = shared_site.signed_in("coordinator")

    packed = browser.get("/needs", headers={"Accept-Encoding": "gzip"})
    plain = browser.get("/needs", headers={"Accept-Encoding": "identity"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert len(packed.data) < len(plain.data) / 2
