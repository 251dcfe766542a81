"""The page: the report's figures, charts and sentences in one HTML text that needs nothing else."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from report import charts, figures, wording
from report.figures import BRIDGE, MONTH, TRAILING, Company, Figure, Report

TEMPLATES = Path(__file__).parent
NPS = {
    "promoter_share": "promoters (9 and 10)",
    "passive_share": "passives (7 and 8)",
    "detractor_share": "detractors (0 to 6)",
}
SENTIMENTS = {"negative": "negative", "neutral": "neutral", "positive": "positive", "unscored": "not scored"}
RISKS = {"mrr_at_risk": "MRR at risk", "expected_churned_mrr": "MRR expected to churn"}
TIMES = {"average_first_response_time": "to the first response", "average_resolution_time": "to the resolution"}
MOVEMENTS = {
    "opening_mrr": "Opening", "new_mrr": "New", "expansion_mrr": "Expansion", "reactivation_mrr": "Reactivation", "resumed_mrr": "Resumed",
    "contraction_mrr": "Contraction", "churned_mrr": "Churn", "paused_mrr": "Paused", "fx_mrr": "Exchange rates", "mrr": "Closing",
}  # fmt: skip
TOTALS = ("opening_mrr", "mrr")
THEMES_SHOWN = 8
# two points make a line
FEWEST = 2


def render(report: Report, name: str, is_sample: bool, asked_with: str) -> str:
    """The page of a report on the database of that name; `asked_with` is what a make command needs to find it."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "money": wording.money,
        "month": wording.month,
        "short_month": wording.short_month,
        "long_day": wording.long_day,
        "words": wording.words,
        "listed": wording.listed,
        "setting": wording.setting,
        "counted": wording.counted,
        "minute": lambda instant: f"{instant:%Y-%m-%d %H:%M} UTC",
    }
    page = environment.get_template("report.html.j2")
    return page.render(
        report=report,
        view=View(report) if report.company else None,
        wording=wording,
        style=Markup((TEMPLATES / "report.css").read_text()),
        name=name,
        is_sample=is_sample,
        asked_with=asked_with,
        Figure=Figure,
        MONTH=MONTH,
        TRAILING=TRAILING,
        SHOWN=figures.REVISIONS_SHOWN,
    )


class View:
    """What the template asks for: figures written, and charts drawn, or None where there is too little to draw."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.company: Company = report.company
        self.end = report.month.end
        self.month = report.month.start
        self.before = figures.before(self.month, 1)
        self.year_before = figures.before(self.month, 12)

    # figures

    def definition(self, figure: Figure) -> figures.Definition:
        """What the metric means."""
        return self.company.definitions[figure.metric]

    def shown(self, figure: Figure, months_before: int = 0) -> dict[str, Any]:
        """A figure, written; with what a reader of the page's source needs to find it in the marts."""
        cell, definition, is_number = (
            self.company.cell(figure, months_before),
            self.definition(figure),
            self._is_number(figure),
        )
        end = figures.before(self.end, months_before)
        return {
            "cell": cell,
            "metric": figure.metric,
            "over": figure.over,
            "end": end,
            "text": wording.value(cell.value, definition, is_number, self.company.cell(figure).value),
            "interval": wording.interval(cell, definition, is_number),
        }

    def change(self, figure: Figure, months_before: int) -> dict[str, str]:
        """What lies between the figure and an earlier one, and whether that is good news."""
        now, then, definition = (
            self.company.cell(figure),
            self.company.cell(figure, months_before),
            self.definition(figure),
        )
        text = wording.change(now, then, definition, self._is_number(figure))
        # what is written as no change is none
        verdict = wording.verdict(now, then, definition) if any(digit in text for digit in "123456789") else "neutral"
        return {"text": text, "verdict": verdict}

    def label(self, figure: Figure) -> str:
        """Its name for people, with the period where that is not the month."""
        return self.definition(figure).label + (", 12 months" if figure.over == TRAILING else "")

    def restated(self, row: figures.Restated) -> dict[str, str]:
        """A figure that changed after it was published, written."""
        figure = Figure(row.metric, row.over)
        definition, is_number = self.definition(figure), self._is_number(figure)
        now, was = (figures.NOTHING._replace(value=number) for number in (row.now, row.before))
        last = figures.before(row.period_end, 1)
        return {
            "label": self.label(figure),
            "period": wording.short_month(last) if row.over == MONTH else f"to {wording.short_month(last)}",
            "before": wording.value(row.before, definition, is_number, row.now),
            "now": wording.value(row.now, definition, is_number),
            "change": wording.change(now, was, definition, is_number),
        }

    @property
    def incomplete(self) -> list[str]:
        """The names of figures of this month that will still change though it is over."""
        shown = [figure for group in self.report.groups for figure in group.figures]
        return [self.label(figure) for figure in shown if self._is_open(figure)]

    def _is_open(self, figure: Figure) -> bool:
        cell = self.company.cell(figure)
        return cell.value is not None and not cell.is_complete

    def _is_number(self, figure: Figure) -> bool:
        return figure.metric in self.report.as_numbers

    @property
    def has_year(self) -> bool:
        """Whether twelve months end with the month: figures over them begin with the first such month."""
        return any(over == TRAILING and end == self.end for _, over, end in self.company.cells)

    @property
    def definitions(self) -> list[figures.Definition]:
        """The definitions of all metrics that are shown, in the order of the page."""
        metrics = [
            figure.metric for group in self.report.groups for figure in group.figures if self.company.has(figure)
        ]
        return [self.company.definitions[metric] for metric in dict.fromkeys([*metrics, *list(BRIDGE)])]

    # charts

    def sparkline(self, figure: Figure) -> Markup | None:
        """The figure over two years."""
        return _drawn(charts.sparkline, self._points(figure))

    @property
    def mrr(self) -> Markup | None:
        """MRR over two years."""
        rows = [{**row, "name": "MRR"} for row in self._points(Figure("mrr"))]
        return _drawn(charts.lines, rows, ["MRR"], f"MRR at the close of each month up to {wording.month(self.month)}")

    @property
    def bridge(self) -> list[dict[str, Any]]:
        """The steps from the opening MRR to the closing one, of the month, the month before and the twelve months."""
        steps = []
        for metric, sign in BRIDGE.items():
            columns = [(Figure(metric), 0), (Figure(metric), 1), (Figure(metric, TRAILING), 0)]
            values = [self.company.cell(figure, months_before).value for figure, months_before in columns]
            if any(values) or metric in TOTALS:
                is_total = metric in TOTALS
                steps.append({
                    "label": MOVEMENTS[metric],
                    "is_total": is_total,
                    "columns": [
                        {
                            "metric": metric,
                            "over": figure.over,
                            "end": figures.before(self.end, months_before),
                            "value": value,
                            "text": wording.money(None if value is None else sign * value, "" if is_total else "+"),
                        }
                        for (figure, months_before), value in zip(columns, values, strict=True)
                    ],
                })  # fmt: skip
        return steps

    @property
    def _steps(self) -> list[dict[str, Any]]:
        """The bridge of the month as bars that hang on each other."""
        rows, level = [], 0.0
        for metric, sign in BRIDGE.items():
            value = self.company.cell(Figure(metric)).value
            if metric in TOTALS:
                level = value or 0.0
                rows.append(
                    {
                        "start": 0.0,
                        "end": level,
                        "kind": "total",
                        "label": MOVEMENTS[metric],
                        "text": wording.money(value),
                    }
                )
            elif value:
                start, level = level, level + sign * value
                kind = "up" if level > start else "down"
                rows.append(
                    {
                        "start": start,
                        "end": level,
                        "kind": kind,
                        "label": MOVEMENTS[metric],
                        "text": wording.money(sign * value, "+"),
                    }
                )
        return rows

    @property
    def waterfall(self) -> Markup | None:
        """The bridge of the month; None where nothing moved."""
        title = f"From the opening to the closing MRR of {wording.month(self.month)}"
        return _drawn(charts.waterfall, self._steps, title, fewest=len(TOTALS) + 1)

    @property
    def is_bridge_cut(self) -> bool:
        """Whether its axis begins above zero."""
        return charts.floor_of(self._steps) > 0

    @property
    def retention(self) -> Markup | None:
        """Net and gross retention over the trailing twelve months."""
        names = {"net_revenue_retention": "net (NRR)", "gross_revenue_retention": "gross (GRR)"}
        rows = [
            {**row, "name": name} for metric, name in names.items() for row in self._points(Figure(metric, TRAILING))
        ]
        title = f"Net and gross revenue retention over twelve months, up to {wording.month(self.month)}"
        return _drawn(charts.lines, rows, list(names.values()), title, percent=True)

    @property
    def reasons(self) -> Markup | None:
        """MRR lost in twelve months by reason."""
        rows = [{"label": wording.words(reason), "value": mrr} for reason, _, mrr in self.report.reasons]
        return _drawn(charts.bars, rows, "MRR lost in twelve months by reason", fewest=1)

    def cohorts(self, of: str) -> Markup | None:
        """Retention by cohort and age: of customers, or of revenue."""
        rows = [
            {
                "cohort": f"{wording.short_month(cohort.month)} ({cohort.customers})",
                "age": cohort.age,
                "value": getattr(cohort, of),
            }
            for cohort in self.report.cohorts
            if getattr(cohort, of) is not None
        ]
        return _drawn(
            charts.heat_map, rows, f"{wording.words(of).capitalize()} by cohort and months since the first payment"
        )

    @property
    def nps(self) -> Markup | None:
        """NPS by month with its interval."""
        return _drawn(
            charts.dots, self._points(Figure("net_promoter_score")), "Net promoter score by month with its 95% interval"
        )

    @property
    def nps_distribution(self) -> Markup | None:
        """Promoters, passives and detractors by month."""
        rows = [
            {"label": wording.short_month(month), "name": name, "value": cell.value, "place": place}
            for place, (metric, name) in enumerate(NPS.items())
            for month, cell in self.company.series(Figure(metric))
        ]
        rows.sort(key=lambda row: datetime.datetime.strptime(row["label"], "%b %Y"))
        return _drawn(charts.shares, rows, list(NPS.values()), "Promoters, passives and detractors by month", fewest=1)

    @property
    def themes(self) -> Markup | None:
        """What customers wrote about in twelve months, by sentiment."""
        totals: dict[str, int] = {}
        for theme, _, texts in self.report.themes:
            totals[theme] = totals.get(theme, 0) + texts
        largest = sorted(totals, key=lambda theme: (-totals[theme], theme))[:THEMES_SHOWN]
        rows = [
            {
                "label": wording.words(theme),
                "name": SENTIMENTS[label],
                "value": texts,
                "place": list(SENTIMENTS).index(label),
            }
            for name in largest
            for theme, label, texts in self.report.themes
            if theme == name
        ]
        return _drawn(
            charts.bars, rows, "Texts of twelve months by theme and sentiment", list(SENTIMENTS.values()), "d", fewest=1
        )

    @property
    def times(self) -> Markup | None:
        """Hours to the first response and to the resolution, by month."""
        rows = [
            {"month": str(month), "name": name, "value": cell.value / wording.HOUR}
            for metric, name in TIMES.items()
            for month, cell in self.company.series(Figure(metric))
        ]
        return _drawn(
            charts.lines, rows, list(TIMES.values()), "Mean hours to the first response and to the resolution by month"
        )

    @property
    def risks(self) -> Markup | None:
        """MRR at risk, and what of it is expected to churn, by month."""
        rows = [{**row, "name": name} for metric, name in RISKS.items() for row in self._points(Figure(metric))]
        return _drawn(charts.lines, rows, list(RISKS.values()), "MRR at risk and MRR expected to churn by month")

    def _points(self, figure: Figure) -> list[dict[str, Any]]:
        return [
            {"month": str(month), "value": cell.value, "is_small": cell.is_small}
            | ({"lower": cell.lower, "upper": cell.upper} if cell.lower is not None else {})
            for month, cell in self.company.series(figure)
        ]


def _drawn(
    chart: Callable[..., str], rows: list[dict[str, Any]], *arguments: Any, fewest: int = FEWEST, **named: Any
) -> Markup | None:
    """A chart, whose texts are escaped where it is made; None of too few rows."""
    return Markup(chart(rows, *arguments, **named)) if len(rows) >= fewest else None
