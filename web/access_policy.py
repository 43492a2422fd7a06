"""The policy by which roads are judged: read in words, tried on the roads of now, set as a new version."""

from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any, Final

from flask import Blueprint, flash, g, render_template
from werkzeug.wrappers import Response as Answer

from planner.domain.canonical import digest_of
from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.services import access_policy as service
from planner.services.impact import Impact
from planner.services.in_hand import find_in_hand
from planner.store.records import ChangedMeanwhile
from routing.errors import RoutingError
from routing.evidence import known_at
from routing.policy import AccessPolicy
from routing.policy_record import DEFAULT, NamedPolicy
from web.desk import the_desk
from web.forms import WHOLE, Form, do_once
from web.frame import current_asof, page_asof
from web.frame import page as address
from web.i18n import gettext as _
from web.place_marks import impact_overlay
from web.policy_words import GROUPS, MOST, PARAMETERS, Parameter
from web.rights import Right, needs
from web.words import input_moment

TURNED_SHOWN: Final = 12
BASE: Final = "base"
"""The field that says from which policy, by its place in the log, the values were made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a policy would change, and the mark by which it is known that it and nothing else was looked at."""

    impact: Impact
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A policy on record, and in which numbers it differs from the one that was set before it."""

    named: NamedPolicy
    before: AccessPolicy
    changed: tuple[Parameter, ...]
    in_force: bool


def add_to(page: Blueprint) -> None:
    """Give the pages of access their policy."""
    page.get("/policy")(policy)
    page.post("/policy")(try_policy)
    page.post("/policy/versions")(set_policy)


@needs(Right.READ)
def policy() -> str:
    """Show the policy in force in words, with the versions before it; its values stand in a form to be tried."""
    return _page(_filled(_now(), Form()))


@needs(Right.READ)
def try_policy() -> str | tuple[str, int]:
    """Show which stretches would turn and which convoys that touches; nothing is stored."""
    form = Form.sent()
    tried = _read(form)
    look = None if tried is None else _look(form, tried)
    return _page(form, look) if look else (_page(form), 422)


@needs(Right.EDIT)
def set_policy() -> str | Answer | tuple[str, int]:
    """Set the policy that was looked at, unless somebody has set another one since."""
    form = Form.sent()
    name = form.text("name", required=True, longest=80)
    source, reason = form.text("source", required=True, longest=300), form.text("reason", required=True)
    tried = _read(form)
    if tried is not None and form.values.get("seen") != _mark(form, tried):
        # What is set is what was looked at: anything changed since is shown first.
        form.complain("seen", _("These are not the values whose effect was shown. Look at it, then set them."))
    if tried is None or not form.ok:
        return _page(form, None if tried is None else _look(form, tried)), 422

    def deed() -> str:
        desk, at = the_desk(), page_asof().at
        world = desk.world()
        position = service.set_policy(
            desk.store, world, tried, name, source=source, reason=reason, actor=g.me.id, at=desk.clock(),
            learned_at=at, replaces=int(form.values[BASE]),
        )  # fmt: skip
        world = desk.world()
        flash(_("%(name)s is in force from record %(number)s on.", name=name, number=position))
        late = known_at(world.log, at) < position
        return address("access.policy", **({"known": position, "at": input_moment(at)} if late else {}))

    try:
        return do_once(deed)
    except ChangedMeanwhile:
        return _overtaken(form, tried)
    except (BadInput, RoutingError) as wrong:
        form.complain("name" if name in str(wrong) else WHOLE, str(wrong))
        return _page(form, _look(form, tried)), 422


def _overtaken(form: Form, tried: AccessPolicy) -> tuple[str, int]:
    """Show what somebody set meanwhile beside what was typed; what was left as it was becomes theirs."""
    theirs, base = _now(), _base(form)
    if base is None or service.place_of(theirs) == int(form.values[BASE]):
        form.complain(WHOLE, _("Somebody added to the log at this very moment. Nothing was set; set it again."))
        return _page(form, _look(form, tried)), 409
    moved = [
        name
        for name, value in asdict(tried).items()
        if value != getattr(theirs.policy, name) or getattr(base.policy, name) != getattr(theirs.policy, name)
    ]
    kept = {n: v for n, v in asdict(tried).items() if v != getattr(base.policy, n)}
    rows = [
        (PARAMETERS[n].label, PARAMETERS[n].said(theirs.policy), PARAMETERS[n].said(replace(theirs.policy, **kept)))
        for n in moved
    ]
    fresh = Form(values={**form.values, BASE: str(service.place_of(theirs))})
    for name, one in PARAMETERS.items():
        fresh.values[name] = form.values[name] if name in kept else one.written(theirs.policy)
    return _page(fresh, None, conflict=rows, theirs=theirs), 409


def _now() -> NamedPolicy:
    world = the_desk().world()
    return service.in_force(world, world.head)


def _base(form: Form) -> NamedPolicy | None:
    """Return the policy from which the values were made; None where the form does not say it."""
    text = form.values.get(BASE, "")
    if not text.isdigit() or len(text) > 9:  # noqa: PLR2004 - digits of a position
        return None
    if int(text) == 0:
        return DEFAULT
    # It may have been withdrawn since; as known at its own position it stands.
    found = service.in_force(the_desk().world(), int(text))
    return found if service.place_of(found) == int(text) else None


def _filled(now: NamedPolicy, form: Form) -> Form:
    form.values |= {name: one.written(now.policy) for name, one in PARAMETERS.items()}
    form.values[BASE] = str(service.place_of(now))
    return form


def _read(form: Form) -> AccessPolicy | None:
    """Return the policy that a form states; what was not typed anew keeps its value to the last digit."""
    base = _base(form)
    if base is None:
        form.complain(WHOLE, _("This form does not say which policy it was made from. Load the page again."))
        return None
    values: dict[str, float] = {}
    for name, one in PARAMETERS.items():
        found = form.decimal(name, least=0, most=MOST[one.unit])
        if found is not None:
            same = form.values[name].strip() == one.written(base.policy)
            values[name] = getattr(base.policy, name) if same else one.kept(found)
    if not form.ok:
        return None
    made: Any = AccessPolicy
    tried = form.attempt(WHOLE, lambda: made(**values))
    if tried == base.policy:
        form.complain(WHOLE, _("No value is another than in the policy it was made from."))
        return None
    result: AccessPolicy | None = tried
    return result


def _mark(form: Form, tried: AccessPolicy) -> str:
    return digest_of({"policy": asdict(tried), "base": form.values.get(BASE)})[:16]


def _look(form: Form, tried: AccessPolicy) -> Look | None:
    desk = the_desk()
    going = find_in_hand(desk.store, desk.crisis_id, desk.plan)
    impact = service.preview_policy(desk.world(), tried, going, current_asof())
    return Look(impact=impact, seen=_mark(form, tried))


def _page(form: Form, look: Look | None = None, **more: Any) -> str:  # noqa: ANN401 - as templates take it
    world = the_desk().world()
    now = _now()
    turned = {} if look is None else {turn.segment: turn.after for turn in look.impact.turned}
    touched = [] if look is None else [one.convoy for one in look.impact.touched]
    return render_template(
        "access/policy.html", form=form, look=look, now=now, then=service.in_force(world, current_asof().known),
        groups=GROUPS, default=DEFAULT.policy, versions=_versions(world), world=world, turned_shown=TURNED_SHOWN,
        changed=_changed(form, now), overlay=impact_overlay(world, turned, touched, None),
        is_late=known_at(world.log, page_asof().at) < world.head, **more,
    )  # fmt: skip


def _changed(form: Form, now: NamedPolicy) -> frozenset[str]:
    """Return the parameters whose typed value is another than the one in force."""
    return frozenset(
        name for name, one in PARAMETERS.items() if form.values.get(name, "").strip() != one.written(now.policy)
    )


def _versions(world: World) -> list[Version]:
    """Return the policies on record, the last one first, each with what it changed; the default stands at the end."""
    on_record = [DEFAULT, *service.list_policies(world, world.head)]
    found = [
        Version(
            named=one, before=before.policy, in_force=one is on_record[-1],
            changed=tuple(PARAMETERS[name] for name in service.changed_values(one.policy, before.policy)),
        )
        for before, one in pairwise([DEFAULT, *on_record])
    ]  # fmt: skip
    return found[::-1]
