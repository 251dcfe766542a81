"""
Fit the models of churn and lifetime to the published database, which is only read, and write what a build scores with to seeds/.

A churn model that does not beat the hazard table on months it has not seen is not written. `--seeds FOLDER` writes elsewhere.
"""

import argparse
import datetime
import os
import shlex
import tempfile
from pathlib import Path

import numpy as np
from rich import box
from rich.table import Table

from console import Stop, console, run_main, say, shown
from inputs import PROJECT
from published import Published, published
from training import churn, holdout, purchase_lifetimes, seeds
from training.database import NEEDED, Company, Database, Purchases, Refusal

# Rows of each seed.
Rows = dict[str, list[dict]]
FIFTHS = 5
Z = 1.959964


def main() -> None:
    """Train each kind of model that there are data for, and say how good it is."""
    arguments = argparse.ArgumentParser(prog="make train", description=__doc__)
    arguments.add_argument(
        "--seeds", type=Path, default=PROJECT / "seeds", metavar="FOLDER", help="where the seeds are written"
    )
    given = arguments.parse_args()
    source = published()
    if not given.seeds.is_dir():
        raise Stop(f"There is no folder {given.seeds}.")
    try:
        with tempfile.TemporaryDirectory() as scratch, Database(source.file(Path(scratch), NEEDED)) as database:
            written = train(database, source, given.seeds)
    except Refusal as reason:
        raise Stop(str(reason)) from None
    if not written:
        raise Stop("Nothing was written.")
    say()
    say(f"Written: {', '.join(shown(path) for path in dict.fromkeys(written))}")
    say("make build puts them to use.", style="green")


def train(database: Database, source: Published, folder: Path) -> list[Path]:
    """Train all kinds; the files that were written."""
    company = database.company()
    say(f"Training on {source.name}, as of {company.as_of}", style="bold")
    trained: list[tuple[str, Rows]] = []
    for name, kind in (
        ("Churn", churn_model),
        ("Contract lifetimes", contract_model),
        ("Purchase lifetimes", purchase_model),
    ):
        say()
        say(name, style="bold")
        try:
            trained.append(kind(database, company, source))
        except churn.NotTrained as reason:
            say(f"No model is written: {reason}.", style="yellow")
    return [path for kind, rows in trained for path in seeds.write(folder, kind, rows)]


# -- churn -------------------------------------------------------------------------------------------------------------


def churn_model(database: Database, company: Company, source: Published) -> tuple[str, Rows]:
    """Judge the regression on windows it has not seen; where it wins, fit it to everything."""
    with console.status("Reading the snapshots ..."):
        snapshots = database.snapshots()
    with console.status("Fitting and testing window by window ..."):
        tried = churn.backtest(snapshots)
    show_backtest(tried)
    show_calibration(tried)
    if chances := true_chances(source):
        show_best_possible(tried, chances)
    hazard, logistic = tried.overall[churn.HAZARD], tried.overall[churn.LOGISTIC]
    if not tried.is_won:
        raise churn.NotTrained(
            f"on {logistic.snapshots:,} snapshots it had not seen, the regression (AUC {logistic.auc:.3f}, log loss {logistic.log_loss:.4f}) "
            f"does not beat the hazard table (AUC {hazard.auc:.3f}, log loss {hazard.log_loss:.4f})"
        )
    model = churn.fit(snapshots)
    show_coefficients(model)
    version = company.model_version
    days, horizon = np.unique(snapshots.day), np.timedelta64(snapshots.horizon_days, "D")
    rows = {
        "prediction_models": [
            model_row("churn", company, date_of(days[0]), date_of(days[-1] + horizon), snapshots.horizon_days, len(snapshots),
                      snapshots.churned.sum(),
                      f"AUC {logistic.auc:.3f} (hazard table {hazard.auc:.3f}) and Brier {logistic.brier:.4f} ({hazard.brier:.4f}) "
                      f"on {logistic.snapshots} snapshots that it had not seen"),
        ],
        "churn_coefficients": [
            {"model_version": version, "feature": "(intercept)", "coefficient": model.intercept, "mean": 0.0, "scale": 1.0},
            *({"model_version": version, "feature": feature, "coefficient": float(coefficient), "mean": float(mean), "scale": float(scale)}
              for feature, coefficient, mean, scale in zip(model.features, model.coefficients, model.means, model.scales, strict=True)),
        ],
        "churn_feature_bins": [
            {"model_version": version, "feature": one.feature, "bin": one.number, "lower_exclusive": one.lower, "upper_inclusive": one.upper,
             "share": float(one.share)}
            for one in churn.bins(snapshots, model)
        ],
        "churn_backtest": [
            {"model_version": version, "window_number": one.window, "trained_through": date_of(one.trained_through),
             "tested_from": date_of(one.tested_from), "tested_through": date_of(one.tested_through), "model": one.rival,
             "snapshots": one.snapshots, "churned": one.churned, "auc": one.auc, "brier": one.brier, "log_loss": one.log_loss}
            for one in tried.windows
        ],
    }  # fmt: skip
    return "churn", rows


def show_backtest(tried: churn.Backtest) -> None:
    """A row a window and rival, and one for all windows together."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("tested")
    table.add_column("model")
    for heading in ("snapshots", "churned", "AUC", "Brier", "log loss"):
        table.add_column(heading, justify="right")
    for one in [*tried.windows, *tried.overall.values()]:
        is_first = one.rival == churn.RIVALS[0]
        tested = f"{one.tested_from} to {one.tested_through}" if one.window else "all of these"
        table.add_row(
            tested if is_first else "", one.rival, f"{one.snapshots:,}", f"{one.churned:,}", f"{one.auc:.3f}", f"{one.brier:.4f}",
            f"{one.log_loss:.4f}", end_section=one.rival == churn.RIVALS[-1],
        )  # fmt: skip
    console.print(table)


def show_calibration(tried: churn.Backtest) -> None:
    """The tested snapshots by fifths of their probability: what was said and what came."""
    probability = tried.said[churn.LOGISTIC]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("snapshots not seen, by probability")
    for heading in ("snapshots", "predicted", "churned", "95 % limits"):
        table.add_column(heading, justify="right")
    order = np.argsort(-probability, kind="stable")
    for number, part in enumerate(np.array_split(order, FIFTHS), 1):
        low, high = wilson(int(tried.tested.churned[part].sum()), len(part))
        table.add_row(
            f"fifth {number} of {FIFTHS}" + (", the highest" if number == 1 else ""), f"{len(part):,}", f"{probability[part].mean():.1%}",
            f"{tried.tested.churned[part].mean():.1%}", f"{low:.1%} to {high:.1%}",
        )  # fmt: skip
    console.print(table)


def wilson(events: int, count: int) -> tuple[float, float]:
    """Limits of a share."""
    if not count:
        return 0.0, 1.0
    share, square = events / count, Z**2 / count
    middle, half = share + square / 2, Z * np.sqrt(share * (1 - share) / count + square / (4 * count))
    return (middle - half) / (1 + square), (middle + half) / (1 + square)


def true_chances(source: Published) -> dict[tuple[str, str], float]:
    """Of the sample company, the chances its churn was drawn with; of any other, nothing."""
    if not source.is_sample:
        return {}
    from generator import config, truth
    from generator.__main__ import parser

    sample = parser().parse_args(["unused", *shlex.split(os.environ.get("SAMPLE_ARGS", ""))])
    with console.status("Asking the sample company for its true chances ..."):
        settings = config.Settings(sample.customers, sample.months, sample.seed, sample.clean, sample.tables)
        return {(customer, day): chance for customer, day, chance in truth.probabilities(settings)}


def show_best_possible(tried: churn.Backtest, chances: dict[tuple[str, str], float]) -> None:
    """The rivals beside the chances that the churn was drawn with, on the snapshots that have one."""
    keys = list(zip(tried.tested.customer, tried.tested.day.astype(str), strict=True))
    known = np.array([key in chances for key in keys])
    if known.mean() < 0.9:
        return
    tested = tried.tested.where(known)
    said = {rival: values[known] for rival, values in tried.said.items()}
    said["the true chances"] = np.array([chances[key] for key, is_known in zip(keys, known, strict=True) if is_known])
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("what could be known of this made-up company")
    for heading in ("AUC", "Brier", "predicted", "churned", "predicted, highest tenth", "churned of it"):
        table.add_column(heading, justify="right")
    for rival, probability in said.items():
        one = churn.judged(0, tested.day, tested, rival, probability)
        top = np.argsort(-probability, kind="stable")[: len(tested) // 10]
        table.add_row(
            rival, f"{one.auc:.3f}", f"{one.brier:.4f}", f"{probability.mean():.1%}", f"{tested.churned.mean():.1%}",
            f"{probability[top].mean():.1%}", f"{tested.churned[top].mean():.1%}",
        )  # fmt: skip
    console.print(table)


def show_coefficients(model: churn.Model) -> None:
    """The coefficients, the weightiest first."""
    order = np.argsort(-np.abs(model.coefficients), kind="stable")
    parts = [f"{model.features[at]} {model.coefficients[at]:+.2f}" for at in order]
    say(f"Log-odds of churn for one standard deviation more: {', '.join(parts)}")


# -- lifetimes ---------------------------------------------------------------------------------------------------------


def contract_model(database: Database, company: Company, source: Published) -> tuple[str, Rows]:
    """Shifted beta-geometric lifetimes by billing interval and segment value."""
    spells = database.spells(company.as_of)
    fits = holdout.contract_fits(spells)
    if not fits:
        raise churn.NotTrained(
            f"no billing interval has {holdout.LEAST_CUSTOMERS} customers who came to a renewal, and {holdout.LEAST_EVENTS} who left"
        )
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in ("billed every", "segment"):
        table.add_column(heading)
    for heading in (
        "customers",
        "left",
        "alpha",
        "beta",
        "leave at first renewal",
        "still there after 1 year",
        "3 years",
    ):
        table.add_column(heading, justify="right")
    for (months, segment, value), fit in fits.items():
        survival = fit.survival(36 // months)
        table.add_row(
            f"{months} month{'s' * (months > 1)}", value if segment == holdout.ALL else f"{segment} {value}", f"{fit.customers:,}",
            f"{fit.churned:,}", f"{fit.alpha:.3f}", f"{fit.beta:.3f}", f"{fit.mean_churn:.1%}",
            f"{survival[12 // months]:.1%}" if months <= 12 else "", f"{survival[36 // months]:.1%}" if months <= 36 else "",
        )  # fmt: skip
    console.print(table)
    begun = database.first_day("int_contract_spells")
    half = middle(begun, company.as_of)
    held = holdout.contracts_held_out(database.spells(half), database.spells(company.as_of, begun_by=half))
    show_held_out(held, "customers still there at its end")
    rows = {
        "prediction_models": [
            model_row("contract_lifetime", company, begun, company.as_of, None, len(spells.has_left), spells.has_left.sum(), held_note(held)),
        ],
        "contract_lifetimes": [
            {"model_version": company.model_version, "billing_months": months, "segment_name": segment, "segment_value": value,
             "alpha": fit.alpha, "beta": fit.beta, "customers": fit.customers, "churned": fit.churned, "log_likelihood": fit.log_likelihood}
            for (months, segment, value), fit in fits.items()
        ],
        "lifetime_backtest": held_rows("contract_lifetime", company, begun, held),
    }  # fmt: skip
    return "contract_lifetime", rows


def purchase_model(database: Database, company: Company, source: Published) -> tuple[str, Rows]:
    """BG/NBD and Gamma-Gamma of all who bought."""
    bought = database.purchases(company.as_of)
    repeated = int((bought.x > 0).sum())
    if repeated < holdout.LEAST_CUSTOMERS:
        raise churn.NotTrained(f"{repeated} customers bought again, at least {holdout.LEAST_CUSTOMERS} are needed")
    fit, spend = purchase_fits(bought)
    begun = database.first_day("int_purchases")
    half = middle(begun, company.as_of)
    held = holdout.purchases_held_out(database.purchases(half), (company.as_of - half).days / 7)
    say(
        f"{fit.customers:,} customers, {repeated:,} of them bought again. BG/NBD (weeks): r {fit.r:.3f}, alpha {fit.alpha:.3f}, "
        f"a {fit.a:.3f}, b {fit.b:.3f}. Gamma-Gamma: p {spend.p:.3f}, q {spend.q:.3f}, v {spend.v:.2f}."
    )
    say(f"Correlation of how often and how much, which Gamma-Gamma takes for 0: {correlation(bought):+.2f}")
    show_held_out(held, "purchases within it")
    rows = {
        "prediction_models": [
            model_row("purchase_lifetime", company, begun, company.as_of, None, fit.customers, repeated, held_note(held)),
        ],
        "purchase_lifetimes": [
            {"model_version": company.model_version, "r": fit.r, "alpha": fit.alpha, "a": fit.a, "b": fit.b, "p": spend.p, "q": spend.q,
             "v": spend.v, "customers": fit.customers, "repeat_customers": repeated, "log_likelihood": fit.log_likelihood},
        ],
        "lifetime_backtest": held_rows("purchase_lifetime", company, begun, held),
    }  # fmt: skip
    return "purchase_lifetime", rows


def purchase_fits(bought: Purchases) -> tuple[purchase_lifetimes.PurchaseFit, purchase_lifetimes.SpendFit]:
    """Both fits; a refusal where amounts are missing."""
    spend = purchase_lifetimes.fit_spend(bought.paid, bought.mean)
    if spend is None:
        raise churn.NotTrained("no repeat purchases have an amount")
    return purchase_lifetimes.fit_purchases(bought.x, bought.t_x, bought.age), spend


def correlation(bought: Purchases) -> float:
    """Between the repeat purchases of a customer and their mean amount."""
    chosen = bought.paid > 0
    if chosen.sum() < 3 or bought.paid[chosen].std() == 0 or bought.mean[chosen].std() == 0:
        return 0.0
    return float(np.corrcoef(bought.paid[chosen], bought.mean[chosen])[0, 1])


def show_held_out(held: list[holdout.Held], what: str) -> None:
    """What a fit to the first half of the data said of the second."""
    if not held:
        say("The first half of the data is too small to try a fit to it on the second.")
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column(f"fitted to the first half, tried on the second: {what}")
    for heading in ("customers", "predicted", "came", "off by"):
        table.add_column(heading, justify="right")
    for one in held:
        off = f"{one.predicted / one.actual - 1:+.1%}" if one.actual else ""
        table.add_row(one.estimate, f"{one.customers:,}", f"{one.predicted:,.1f}", f"{one.actual:,.0f}", off)
    console.print(table)


# -- rows --------------------------------------------------------------------------------------------------------------


def model_row(kind: str, company: Company, begun, through, horizon_days, units, events, note: str) -> dict:
    """The row of prediction_models."""
    return {
        "kind": kind, "model_version": company.model_version, "trained_on": company.mark, "trained_from": begun, "trained_through": through,
        "horizon_days": horizon_days, "units": int(units), "events": int(events), "note": note,
    }  # fmt: skip


def held_rows(kind: str, company: Company, begun: datetime.date, held: list[holdout.Held]) -> list[dict]:
    """The rows of lifetime_backtest."""
    return [
        {"model_version": company.model_version, "kind": kind, "trained_through": middle(begun, company.as_of), "tested_through": company.as_of,
         "estimate": one.estimate, "customers": one.customers, "predicted": float(one.predicted), "actual": float(one.actual)}
        for one in held
    ]  # fmt: skip


def held_note(held: list[holdout.Held]) -> str:
    """The holdout in a sentence."""
    if not held:
        return "not tried on a second half: the first is too small"
    said = " and ".join(f"{one.predicted:.1f} by {one.estimate}" for one in held)
    return f"second half of the data: {said} against {held[0].actual:.0f}"


def middle(begun: datetime.date, through: datetime.date) -> datetime.date:
    """The last day of the first half."""
    return begun + (through - begun) // 2


def date_of(day: np.datetime64) -> datetime.date:
    """A calendar date."""
    return day.astype("datetime64[D]").astype(datetime.date)


if __name__ == "__main__":
    run_main(main)
