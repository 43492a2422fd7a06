"""Recipients of reports on a page, and the papers of a convoy: who may, what is kept, and what is refused."""

import io
from typing import Final

import pypdf
import pytest

from planner.domain.rights import Role
from planner.services.accounts import get_account
from planner.services.outbox import list_recipients
from tests.web.convoy_hands import publish
from tests.web.doors import Browser, Door, hidden
from tests.web.form_hands import fields_of

pytest_plugins = ["tests.web.site_fixtures"]
PAGE = "/reports/recipients"
WFP = {"recipient": "wfp", "organisation": "WFP", "tier": "T2", "language": "ar", "email": "desk@example.org"}


def save(browser: Browser, *, page: str = PAGE, **typed: object) -> tuple[int, str]:
    """Fill the form as it stands on a page, send it, and return the status and what is shown."""
    fields = fields_of(browser.get(page).text, PAGE) | {
        name: value if isinstance(value, list) else [value] for name, value in typed.items()
    }
    answer = browser.client.post(PAGE, data=fields)
    return answer.status_code, answer.text


@pytest.mark.parametrize("role", list(Role))
def test_who_reports_sees_recipients_and_who_releases_changes_them(readers: dict[Role, Browser], role: Role) -> None:
    page = readers[role].get(PAGE)

    assert page.status_code == (200 if role in {Role.COORDINATOR, Role.ANALYST} else 403)
    assert ("Add a recipient" in page.text) is (role is Role.COORDINATOR)


def test_a_recipient_is_added_changed_and_ended(site: Door) -> None:
    browser, account = site.signed_in("coordinator"), get_account(site.store, "partner").id

    assert save(browser, **WFP, account=account, formats=["pdf", "csv"])[0] == 303
    (kept,) = list_recipients(site.store, "two-rivers")
    assert (kept.id, kept.tier, kept.language, kept.formats) == ("wfp", "T2", "ar", ("pdf", "csv"))
    assert kept.account == account

    assert save(browser, page=f"{PAGE}?id=wfp", tier="T1")[0] == 303
    (kept,) = list_recipients(site.store, "two-rivers")
    assert (kept.tier, kept.email, kept.formats) == ("T1", "desk@example.org", ("pdf", "csv"))

    assert browser.send(PAGE, f"{PAGE}/wfp/end").status_code == 303
    (kept,) = list_recipients(site.store, "two-rivers")
    assert (kept.active, kept.email, kept.account) == (False, None, None)
    assert list(site.audit()).count("recipient") == 2


WRONG: Final[tuple[tuple[dict[str, object], str], ...]] = (
    ({"email": "nobody"}, "email"), ({"recipient": "W F P"}, "recipient"), ({"tier": "T9"}, "tier"),
    ({"formats": []}, "formats"), ({"account": "coordinator"}, "account"), ({"organisation": ""}, "organisation"),
)  # fmt: skip


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(site: Door) -> None:
    browser = site.signed_in("coordinator")
    for wrong, field in WRONG:
        status, shown = save(browser, page=PAGE, **{**WFP, **wrong})

        assert status == 422, wrong
        assert f'id="complaint-{field}"' in shown
        assert list_recipients(site.store, "two-rivers") == (), wrong


def test_whoever_saves_second_is_told_and_overwrites_nothing(site: Door) -> None:
    browser = site.signed_in("coordinator")
    save(browser, **WFP)
    old = fields_of(browser.get(f"{PAGE}?id=wfp").text, PAGE)
    save(browser, page=f"{PAGE}?id=wfp", tier="T1")

    answer = browser.client.post(PAGE, data=old)

    assert answer.status_code == 409
    assert "meanwhile" in answer.text
    assert list_recipients(site.store, "two-rivers")[0].tier == "T1"


@pytest.mark.parametrize("kind", ["sheet", "notice"])
def test_the_papers_of_a_convoy_are_taken_from_its_page(site: Door, kind: str) -> None:
    movement, browser = publish(site), site.signed_in("coordinator")
    page = browser.get(f"/convoys/{movement}").text
    sent = {**hidden(page, "/reports/download"), "kind": kind, "format": "pdf", "language": "en"}

    answer = browser.client.post("/reports/download", data=sent)

    assert sent["period"] == movement
    assert answer.status_code == 200
    text = "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(answer.data)).pages)
    assert movement in text
    assert "coordinator" not in text.casefold() or "Approved by, coordinator" in text
    assert list(site.audit()).count("export") == 1


def test_a_proposed_convoy_has_its_papers_as_a_draft(site: Door) -> None:
    with site.store.reading() as read:
        plan = read.get_plan("latest")
    convoy = plan.plan.convoys[0].id
    page = site.signed_in("coordinator").get(f"/plans/{plan.card.id}/sheets?convoy={convoy}").text

    assert f'name="period" value="{plan.card.id}/{convoy}"' in page
    assert "Draft of its movement notification" in page
