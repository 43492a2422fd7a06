"""Say the pipeline in the reader's language: stages, steps, who holds the ball, and what lines count."""

from typing import Any, Final, get_args

from planner.domain.pipeline import Holder, Stage, StepName
from routing.deliveries import Quantity
from web.i18n import lazy_gettext as _l
from web.i18n import lazy_pgettext as _lp

STAGES: Final[dict[str, Any]] = {
    "draft": _l("draft"), "planned": _l("in the plan, not submitted"), "submitted": _l("submitted"),
    "no_response": _l("no answer in time"), "approved": _l("approved"),
    "partially_approved": _l("approved in part"), "approved_in_principle": _l("agreed in principle"),
    "denied": _l("refused"), "expired": _l("permission has run out"), "letter_requested": _l("letter asked for"),
    "letter_issued": _l("letter issued"), "letter_refused": _l("letter refused or withdrawn"),
    "security_hold": _l("held by UN security"), "cleared": _l("cleared"), "loading": _l("loading"),
    "sealed": _l("sealed"), "dispatched": _l("on the road"), "at_checkpoint": _l("at a checkpoint"),
    "delayed": _l("delayed"), "held": _l("held"), "crossed_line": _l("across the line"),
    "offloading": _l("unloading"), "delivered": _l("delivered"), "partially_delivered": _l("partly delivered"),
    "interrupted": _l("unloading broken off"), "turned_back": _l("turned back"), "attacked": _l("attacked"),
    "looted": _l("looted"), "diverted": _l("diverted"), "aborted": _l("given up on the way"),
    "postponed": _l("postponed"), "cancelled": _l("cancelled"), "returned": _l("back at the hub"),
    "reconciled": _l("waybill reconciled"),
}  # fmt: skip
STEPS: Final[dict[str, Any]] = {
    "plan": _l("Put into the plan"), "submit": _l("Submit"), "approve": _l("Approved in full"),
    "approve_in_part": _l("Approved in part"), "agree_in_principle": _l("Agreed in principle"),
    "deny": _l("Refused"), "withdraw_permission": _l("Permission withdrawn"),
    "request_letter": _l("Ask for the letter"),
    "issue_letter": _l("Letter issued"), "refuse_letter": _l("Letter refused"),
    "withdraw_letter": _l("Letter withdrawn"), "give_clearance": _l("Clearance given"),
    "refuse_clearance": _l("Clearance refused"), "hold_for_security": _l("Held by UN security"),
    "notify": _l("Notify the movement"), "acknowledge": _l("Notification acknowledged"), "load": _lp("step", "Load"),
    "remove_items": _l("Items removed"), "seal": _l("Seal"), "dispatch": _l("Dispatch"),
    "reach_checkpoint": _l("At a checkpoint"), "proceed": _l("Let through"), "release": _lp("convoy", "Released"),
    "cross_line": _l("Crossed the line"), "offload": _l("Unloading begins"), "return": _l("Back at the hub"),
    "reconcile": _l("Reconcile the waybill"), "deliver": _l("Delivered"), "deliver_in_part": _l("Partly delivered"),
    "delay": _l("Delayed"), "hold": _l("Held"), "turn_back": _l("Turned back"),
    "interrupt": _l("Unloading broken off"), "attack": _l("Attacked"), "loot": _l("Looted"), "divert": _l("Diverted"),
    "postpone": _l("Postponed"), "cancel": _l("Cancelled"), "abort": _l("Given up on the way"),
}  # fmt: skip
HOLDERS: Final[dict[str, Any]] = {
    "desk": _l("Our desk"), "central": _l("The authority asked"), "local": _l("Local authorities"),
    "un": _l("UN security"), "hub": _l("The hub"), "convoy": _l("The convoy"),
    "checkpoint": _l("Whoever stops it"), "nobody": _l("Nobody: it has ended"),
}  # fmt: skip
QUANTITIES: Final[dict[str, Any]] = {
    "requested": _l("Asked for"), "approved": _l("Approved"), "loaded": _l("Loaded"), "removed": _l("Removed"),
    "delivered": _l("Delivered"), "lost": _l("Lost"), "returned": _l("Brought back"),
}  # fmt: skip
CLEARANCES: Final[dict[str, Any]] = {
    "governor": _l("Governor"), "security": _l("Security committee"), "armed_group": _l("The other side"),
    "un": _l("UN security"),
}  # fmt: skip
MOVEMENT_STEPS: Final[dict[str, Any]] = {
    "loading": _l("loading"), "items_removed": _l("items removed"), "sealed": _l("sealed"),
    "dispatched": _l("left the hub"), "at_checkpoint": _l("at a checkpoint"), "proceeded": _l("let through"),
    "released": _lp("convoy", "released"), "crossed_line": _l("across the line"), "offloading": _l("unloading"),
    "returned": _l("back at the hub"), "reconciled": _l("waybill reconciled"),
}  # fmt: skip
for known, said in ((Stage, STAGES), (StepName, STEPS), (Holder, HOLDERS), (Quantity, QUANTITIES)):
    if set(get_args(known)) != set(said):
        raise RuntimeError(f"Words are missing or too many: {sorted(set(get_args(known)) ^ set(said))}. Mend them.")
