"""The form of a site: its people by source, and what planning takes for unloading, storage and severity."""

from dataclasses import replace

from planner.domain.needs import PeopleFigure, Site
from web.forms import WHOLE, Form
from web.i18n import gettext as _
from web.words import input_moment

SEVEREST = 5


class SiteForm(Form):
    """A site as it is edited. Figures are by source: emptied ones are taken out, one more may be added."""

    @classmethod
    def sent(cls) -> "SiteForm":
        """Return the form of this request."""
        return cls(values=dict(Form.sent().values))

    def row(self, known: Site) -> Site | None:
        """Return the site with what was typed; None if something is wrong, with every complaint noted."""
        figures = [self._figure(str(n), old) for n, old in enumerate(known.people)]
        if self.text("source_new") or self.text("people_new"):
            figures.append(self._figure("new", None))
        severity = self.whole("severity", least=1, most=SEVEREST)
        rate, storage = self.whole("offload_trucks_per_hour", least=1), self.whole("storage_kg", least=0)
        for name, value in (("severity", severity), ("offload_trucks_per_hour", rate)):
            if value is None and not self.of(name):
                self.complain(name, _("Fill this in."))
        kept = tuple(figure for figure in figures if figure is not None)
        if len({(figure.source, figure.people) for figure in kept}) < len(kept):
            self.complain("source_new", _("This source gives just this figure already."))
        if not self.ok or severity is None or rate is None:
            return None
        return self.attempt(
            WHOLE,
            lambda: replace(
                known, people=kept, severity=severity, offload_trucks_per_hour=rate, storage_kg=storage,
                overnight=self.checked("overnight"),
            ),
        )  # fmt: skip

    def _figure(self, name: str, old: PeopleFigure | None) -> PeopleFigure | None:
        people = self.whole(f"people_{name}")
        as_of = self.moment(f"as_of_{name}")
        source = old.source if old is not None else self.text("source_new", longest=200)
        if old is None and not source:
            self.complain("source_new", _("Say who counts so many."))
        if old is None and people is None and not self.of("people_new"):
            self.complain("people_new", _("Fill this in."))
        if people is None:
            return None
        # A figure that was typed by somebody is no planning value any more.
        synthetic = old is not None and old.synthetic and old.people == people
        return PeopleFigure(people=people, as_of=as_of, source=source or "?", synthetic=synthetic)

    def differences(self, saved: Site) -> list[tuple[str, str, str]]:
        """Return label, saved value and typed value of each field, for whoever lost a race."""
        rows = [
            (_("People, %(source)s", source=figure.source), str(figure.people), self.values.get(f"people_{n}", ""))
            for n, figure in enumerate(saved.people)
        ]
        if self.values.get("source_new"):
            rows.append((_("People, %(source)s", source=self.values["source_new"]), "", self.values["people_new"]))
        return [
            *rows,
            (_("Severity"), str(saved.severity), self.values.get("severity", "")),
            (_("Trucks unloaded an hour"), str(saved.offload_trucks_per_hour), self.values["offload_trucks_per_hour"]),
            (_("Storage, kg"), "" if saved.storage_kg is None else str(saved.storage_kg), self.values["storage_kg"]),
            (_("A column may stay overnight"), "1" if saved.overnight else "", self.values.get("overnight", "")),
        ]


def figure_day(figure: PeopleFigure) -> str:
    """Return a figure's day as a form's field wants it; empty where it is not stated."""
    return "" if figure.as_of is None else input_moment(figure.as_of)
