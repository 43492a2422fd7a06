"""The API's part on delivery: who gets released reports, and letters that were put aside."""

from typing import Literal

from flask import Blueprint, Response, g, jsonify
from pydantic import Field

from planner.domain.canonical import Plain
from planner.domain.releases import Recipient
from planner.partners.report import Tier
from planner.partners.writers import Format
from planner.services import accounts, outbox
from web.api.described import Document, Strict, answers, api
from web.desk import the_desk
from web.forms import do_once_json
from web.rights import Right, needs

page = Blueprint("recipients", __name__)


class NewRecipient(Strict):
    """A recipient as it is to be; all values are given anew. `version` 0 adds one."""

    recipient: str = Field(min_length=2, max_length=40)
    organisation: str = Field(min_length=1, max_length=120)
    tier: Tier
    email: str | None = Field(None, max_length=320)
    language: Literal["en", "ar"] = "en"
    formats: list[Format] = Field(default_factory=lambda: list[Format](("pdf", "xlsx")), min_length=1, max_length=8)
    account: str | None = Field(None, max_length=32, description="The username whose token opens its feed.")
    version: int = Field(0, ge=0, le=2**31 - 1)


class Saved(Document):
    """The id of the recipient."""

    recipient: str


class Queued(Document):
    """The number of the letter."""

    letter: int


@page.get("/recipients")
@needs(Right.REPORT)
@api.validate(resp=answers(), tags=["reports"])
def recipients() -> Response:
    """Return who gets the reports of which tier; addresses are for those who release reports."""
    desk = the_desk()
    return jsonify(recipients=[_told(one) for one in outbox.list_recipients(desk.store, desk.crisis_id)])


@page.post("/recipients")
@needs(Right.PUBLISH)
@api.validate(resp=answers(Saved, 201), tags=["reports"])
def save(json: NewRecipient) -> tuple[Response, int]:
    """Add a recipient or change one; changed meanwhile by somebody else, it is refused."""
    desk = the_desk()
    account = None if json.account is None else accounts.get_account(desk.store, json.account).id
    wanted = Recipient(
        id=json.recipient, organisation=json.organisation, email=json.email, tier=json.tier, language=json.language,
        formats=tuple(json.formats), account=account, version=json.version,
    )  # fmt: skip

    def deed() -> str:
        return outbox.put_recipient(desk.store, desk.crisis_id, wanted, by=g.me.id, at=desk.clock()).id

    return jsonify(recipient=do_once_json(deed)), 201


@page.post("/recipients/<name>/end")
@needs(Right.PUBLISH)
@api.validate(resp=answers(Saved), tags=["reports"])
def end(name: str) -> Response:
    """Send a recipient nothing more and forget the address."""
    desk = the_desk()

    def deed() -> str:
        return outbox.end_recipient(desk.store, desk.crisis_id, name, by=g.me.id, at=desk.clock()).id

    return jsonify(recipient=do_once_json(deed))


@page.post("/outbox/<int:number>/retry")
@needs(Right.PUBLISH)
@api.validate(resp=answers(Queued), tags=["reports"])
def retry(number: int) -> Response:
    """Queue a letter again that was put aside."""
    desk = the_desk()

    def deed() -> str:
        # A number larger than a row can have is the number of no letter.
        small = min(number, 2**31 - 1)
        return str(outbox.retry_letter(desk.store, desk.crisis_id, small, by=g.me.id, at=desk.clock()).id)

    return jsonify(letter=int(do_once_json(deed)))


def _told(one: Recipient) -> dict[str, Plain]:
    return {
        "recipient": one.id, "organisation": one.organisation, "tier": one.tier, "mailed": one.email is not None,
        "email": one.email if g.me.can(Right.PUBLISH) else None, "language": one.language,
        "formats": list[Plain](one.formats), "active": one.active, "version": one.version,
    }  # fmt: skip
