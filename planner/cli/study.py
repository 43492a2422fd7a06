"""What both studies of a plan share on the command line: find it out once, then read it."""

from typing import TypeVar

from planner.bootstrap import clock, versions
from planner.cli.app import App
from planner.cli.terminal import solving
from planner.domain.errors import Refused
from planner.services.plan_records import PlanRecord
from planner.services.plans import work_run
from planner.services.studies import find_known, request_study

T = TypeVar("T")


def found_out(app: App, record: PlanRecord, study: str, shape: type[T], title: str) -> T:
    """Return what is known of a plan, found out here and now where nobody has yet.

    Raises
    ------
    Refused
        If its run failed or was stopped.
    """
    found = find_known(app.store, record, study, shape)
    if found is None:
        with solving(title) as progress:
            run = request_study(app.store, record, study, versions(), at=clock(), by=app.actor)
            work_run(app.store, run, clock, progress, worker=f"{study} of {app.actor}")
        found = find_known(app.store, record, study, shape)
    if found is None:
        raise Refused(f"What was found of plan {record.id} cannot be read. Ask again; it is found out anew.")
    return found
