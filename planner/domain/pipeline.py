"""The steps of a convoy request, from a draft to the reconciled waybill: which may follow, and who holds the ball."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from planner.domain.permits import IN_FORCE
from routing.deliveries import MovementStepName
from routing.evidence import PermitState, PermitStepName

Stage: TypeAlias = Literal[
    "draft", "planned", "submitted", "no_response", "approved", "partially_approved", "approved_in_principle", "denied",
    "expired", "letter_requested", "letter_issued", "letter_refused", "security_hold", "cleared",
    "loading", "sealed", "dispatched", "at_checkpoint", "delayed", "held", "crossed_line", "offloading",
    "delivered", "partially_delivered", "interrupted", "turned_back", "attacked", "looted", "diverted", "aborted",
    "postponed", "cancelled", "returned", "reconciled",
]  # fmt: skip
"""Where a request stands. `no_response` is never written by anybody: the clock enters it when the seven working days
are over, and any answer leaves it."""
Holder: TypeAlias = Literal["desk", "central", "local", "un", "hub", "convoy", "checkpoint", "nobody"]
StepName: TypeAlias = Literal[
    "plan", "submit", "approve", "approve_in_part", "agree_in_principle", "deny", "withdraw_permission",
    "request_letter", "issue_letter", "refuse_letter", "withdraw_letter",
    "give_clearance", "refuse_clearance", "hold_for_security", "notify", "acknowledge",
    "load", "remove_items", "seal", "dispatch", "reach_checkpoint", "proceed", "release", "cross_line", "offload",
    "return", "reconcile",
    "deliver", "deliver_in_part", "delay", "hold", "turn_back", "interrupt", "attack", "loot", "divert",
    "postpone", "cancel", "abort",
]  # fmt: skip

PAPER_STEPS: Final[Mapping[StepName, tuple[PermitStepName, PermitState]]] = {
    "plan": ("request", "planned"), "submit": ("request", "submitted"),
    "approve": ("permission", "granted"), "approve_in_part": ("permission", "partial"),
    "agree_in_principle": ("permission", "in_principle"), "deny": ("permission", "refused"),
    "withdraw_permission": ("permission", "withdrawn"),
    "request_letter": ("letter", "submitted"), "issue_letter": ("letter", "issued"),
    "refuse_letter": ("letter", "refused"), "withdraw_letter": ("letter", "withdrawn"),
    "give_clearance": ("clearance", "given"), "refuse_clearance": ("clearance", "refused"),
    "hold_for_security": ("clearance", "held"),
    "notify": ("notification", "submitted"), "acknowledge": ("notification", "acknowledged"),
}  # fmt: skip
MOVEMENT_STEPS: Final[Mapping[StepName, MovementStepName]] = {
    "load": "loading", "remove_items": "items_removed", "seal": "sealed", "dispatch": "dispatched",
    "reach_checkpoint": "at_checkpoint", "proceed": "proceeded", "release": "released", "cross_line": "crossed_line",
    "offload": "offloading", "return": "returned", "reconcile": "reconciled",
}  # fmt: skip
OUTCOME_STEPS: Final[Mapping[StepName, Stage]] = {
    "deliver": "delivered", "deliver_in_part": "partially_delivered", "delay": "delayed", "hold": "held",
    "turn_back": "turned_back", "interrupt": "interrupted", "attack": "attacked", "loot": "looted",
    "divert": "diverted", "postpone": "postponed", "cancel": "cancelled", "abort": "aborted",
}  # fmt: skip

CLEARANCES: Final = ("governor", "security", "armed_group", "un")
"""Whose word a clearance takes: the governor, the security committee, the other side's assurance, UN security."""
CONSENT: Final[frozenset[PermitState]] = IN_FORCE | {"in_principle"}
"""A permission that lets the letter be asked for."""
REFUSED: Final[frozenset[PermitState]] = frozenset({"refused", "withdrawn"})
ON_THE_ROAD: Final[frozenset[Stage]] = frozenset({
    "dispatched", "at_checkpoint", "delayed", "held", "crossed_line", "offloading",
})  # fmt: skip
ENDED: Final[frozenset[Stage]] = frozenset({
    "delivered", "partially_delivered", "interrupted", "turned_back", "attacked", "looted", "diverted", "aborted",
    "cancelled", "returned", "reconciled",
})  # fmt: skip
"""What became of the convoy is said; a further report may give other figures for it, not another end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the papers and the convoy of one request have come at an instant.

    Papers are the last word on each; one whose time is over is not among them and is named in `expired`. `motion` is
    the last that is said of the convoy; None before it is loaded. `left`: it is not where it was loaded.
    """

    papers: Mapping[PermitStepName, PermitState]
    needed: frozenset[PermitStepName]
    expired: frozenset[PermitStepName] = frozenset()
    silent: bool = False
    asked_again: bool = False
    motion: Stage | None = None
    left: bool = False
    delivered: bool = False

    def paper(self, step: PermitStepName) -> PermitState | None:
        """Return the last word on a paper; None where there is none or a new request has set it aside."""
        word = self.papers.get(step)
        return None if step == "permission" and self.asked_again and word in {*REFUSED, "no_response"} else word

    @property
    def asked(self) -> bool:
        """Whether a request lies with the authorities."""
        return self.paper("request") == "submitted"

    @property
    def consent(self) -> bool:
        """Whether the authorities agreed, at least in principle."""
        return self.paper("permission") in CONSENT

    @property
    def missing(self) -> tuple[PermitStepName, ...]:
        """The papers that are needed and not in force, in the order in which they are asked for."""
        order: tuple[PermitStepName, ...] = ("permission", "letter", "clearance", "notification")
        return tuple(step for step in order if step in self.needed and self.paper(step) not in IN_FORCE)

    @property
    def may_load(self) -> bool:
        """Whether everything but the notification is there and nothing is on the trucks."""
        free = self.motion in {None, "postponed"} or (self.motion == "returned" and not self.delivered)
        return free and not set(self.missing) - {"notification"}


_BEFORE: Final[frozenset[Stage | None]] = frozenset({None, "postponed", "loading", "sealed"})


def _at(*stages: Stage) -> Callable[[Standing], bool]:
    return lambda s: s.motion in stages


def _here(s: Standing) -> bool:
    """Tell whether papers may still change: the convoy has not left, or is back without having delivered."""
    return (s.motion in _BEFORE or s.may_load or s.motion == "held") and not s.left


def _needs(step: PermitStepName, s: Standing) -> bool:
    return step in s.needed


def _may_answer(s: Standing) -> bool:
    return _here(s) and s.asked and s.paper("permission") not in REFUSED


def _may_have_letter(s: Standing) -> bool:
    return _here(s) and s.consent and s.paper("letter") != "issued"


def _may_clear(s: Standing) -> bool:
    return _here(s) and s.paper("letter") == "issued"


_LOADED: Final[tuple[Stage, ...]] = ("loading", "sealed")
_RULES: Final[Mapping[StepName, Callable[[Standing], bool]]] = {
    "plan": lambda s: _here(s) and s.paper("request") == "draft",
    "submit": lambda s: _here(s) and _needs("request", s) and (not s.asked or s.paper("permission") in REFUSED
                                                               or "permission" in s.expired),
    "approve": lambda s: _may_answer(s) and s.paper("permission") != "granted",
    "approve_in_part": _may_answer,
    "agree_in_principle": lambda s: _may_answer(s) and s.paper("permission") not in CONSENT,
    "deny": _may_answer,
    "withdraw_permission": lambda s: _here(s) and s.consent,
    "request_letter": lambda s: _may_have_letter(s) and s.paper("letter") != "submitted",
    "issue_letter": _may_have_letter,
    "refuse_letter": lambda s: _may_have_letter(s) and s.paper("letter") in {"submitted", "no_response"},
    "withdraw_letter": lambda s: _here(s) and s.paper("letter") == "issued",
    "give_clearance": lambda s: _may_clear(s) and s.paper("clearance") != "granted",
    "refuse_clearance": lambda s: _may_clear(s) and s.paper("clearance") != "refused",
    "hold_for_security": lambda s: _may_clear(s) and s.paper("clearance") != "held",
    "notify": lambda s: _here(s) and _needs("notification", s) and (s.asked or "request" not in s.needed)
    and s.paper("notification") not in {"submitted", "acknowledged"},
    "acknowledge": lambda s: _here(s) and s.paper("notification") == "submitted",
    "load": lambda s: s.may_load,
    "remove_items": _at(*_LOADED, "dispatched", "at_checkpoint", "held", "delayed"),
    "seal": _at("loading"),
    "dispatch": lambda s: s.motion == "sealed" and not s.missing,
    "reach_checkpoint": _at("dispatched", "crossed_line"),
    "proceed": _at("at_checkpoint", "delayed"),
    "release": _at("held"),
    "cross_line": _at("dispatched"),
    "offload": _at("dispatched", "crossed_line"),
    "return": lambda s: s.left and s.motion in ENDED - {"returned", "reconciled", "cancelled"},
    "reconcile": _at("returned"),
    "deliver": _at("offloading"),
    "deliver_in_part": _at("offloading"),
    "interrupt": _at("offloading"),
    "delay": _at("dispatched", "at_checkpoint", "crossed_line"),
    "hold": _at(*_LOADED, "dispatched", "at_checkpoint", "delayed", "crossed_line"),
    "turn_back": lambda s: s.left and s.motion in ON_THE_ROAD - {"offloading"},
    "attack": lambda s: s.motion in {*_LOADED, *ON_THE_ROAD},
    "loot": lambda s: s.motion in {*_LOADED, *ON_THE_ROAD},
    "divert": lambda s: s.motion in {*_LOADED, *ON_THE_ROAD},
    "postpone": lambda s: s.motion in {None, *_LOADED},
    "cancel": lambda s: s.motion in _BEFORE or (s.motion == "held" and not s.left),
    "abort": lambda s: s.left and s.motion in ON_THE_ROAD,
}  # fmt: skip


def legal_steps(standing: Standing) -> tuple[StepName, ...]:
    """Return the steps that may follow, in the order of the procedure."""
    return tuple(name for name, allowed in _RULES.items() if allowed(standing))


def may_be_reported(standing: Standing, what: Stage) -> bool:
    """Tell whether a report that this happened can be true beside what is on record.

    Whoever reports an outcome need not have recorded each step before it: it is taken as said. What has ended cannot
    end otherwise, but further sources may speak of the same end.
    """
    if standing.motion in {"returned", "reconciled"}:
        return False
    return standing.motion not in ENDED or standing.motion == what


_ANSWERS: Final[Mapping[PermitState | None, Stage]] = {
    "granted": "approved", "partial": "partially_approved", "in_principle": "approved_in_principle",
    "refused": "denied", "withdrawn": "denied",
}  # fmt: skip


def stage_of(s: Standing) -> Stage:
    """Return in one word where a request stands."""
    if s.motion is not None:
        return s.motion
    letter = s.paper("letter")
    ready = not set(s.missing) - {"notification"} and (s.needed - {"notification", "request"} or not s.missing)
    first_true: tuple[tuple[bool, Stage], ...] = (
        (s.paper("clearance") == "held", "security_hold"),
        (bool(ready), "cleared"),
        (letter == "issued", "letter_issued"),
        (letter in REFUSED, "letter_refused"),
        (letter is not None and s.consent, "letter_requested"),
        ("permission" in s.expired, "expired"),
        (s.paper("permission") in _ANSWERS, _ANSWERS.get(s.paper("permission"), "submitted")),
        (s.asked and s.silent, "no_response"),
        (s.asked, "submitted"),
        (s.paper("request") == "draft", "draft"),
    )
    return next((stage for holds, stage in first_true if holds), "planned")


_HOLDERS: Final[Mapping[Stage, Holder]] = {
    "submitted": "central", "no_response": "central", "approved": "central", "partially_approved": "central",
    "approved_in_principle": "central", "letter_requested": "central", "letter_issued": "local",
    "security_hold": "un", "loading": "hub", "sealed": "hub", "dispatched": "convoy", "crossed_line": "convoy",
    "offloading": "convoy", "at_checkpoint": "checkpoint", "delayed": "checkpoint", "held": "checkpoint",
    "cancelled": "nobody", "reconciled": "nobody",
}  # fmt: skip


def holder_of(standing: Standing) -> Holder:
    """Return who has to move next; where nothing else is waited for, the planning desk."""
    return _HOLDERS.get(stage_of(standing), "desk")
