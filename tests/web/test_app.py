"""The web server answers its supervisor, and no answer leaves without its security headers."""

from http import HTTPStatus

import pytest
from flask.testing import FlaskClient

from web.app import create_app


@pytest.fixture
def browser() -> FlaskClient:
    return create_app().test_client()


def test_a_supervisor_learns_that_the_server_answers(browser: FlaskClient) -> None:
    answer = browser.get("/healthz")

    assert answer.status_code == HTTPStatus.OK
    assert answer.get_json() == {"status": "ok"}


def test_asking_for_health_changes_nothing_so_only_get_is_taken(browser: FlaskClient) -> None:
    assert browser.post("/healthz").status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize("address", ["/healthz", "/no-such-page", "/static/no-such-file"])
def test_no_answer_leaves_without_its_security_headers(browser: FlaskClient, address: str) -> None:
    headers = browser.get(address).headers

    policy = {rule.strip() for rule in headers["Content-Security-Policy"].split(";")}
    assert {"default-src 'self'", "frame-ancestors 'none'"} <= policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_page_that_breaks_is_hardened_too_and_keeps_its_reason_to_itself() -> None:
    app = create_app()

    @app.get("/breaks")
    def breaks() -> str:
        message = "convoy 7 leaves at 05:45"
        raise RuntimeError(message)

    answer = app.test_client().get("/breaks")

    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "convoy" not in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
