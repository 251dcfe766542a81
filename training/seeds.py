"""The seeds that a build scores with: rows of a model version are replaced, those of others stay."""

from __future__ import annotations

import csv
import io
from pathlib import Path

# Columns of each seed.
COLUMNS = {
    "prediction_models": "kind model_version trained_on trained_from trained_through horizon_days units events note",
    "churn_coefficients": "model_version feature coefficient mean scale",
    "churn_feature_bins": "model_version feature bin lower_exclusive upper_inclusive share",
    "churn_backtest": "model_version window_number trained_through tested_from tested_through model snapshots churned auc brier log_loss",
    "contract_lifetimes": "model_version billing_months segment_name segment_value alpha beta customers churned log_likelihood",
    "purchase_lifetimes": "model_version r alpha a b p q v customers repeat_customers log_likelihood",
    "lifetime_backtest": "model_version kind trained_through tested_through estimate customers predicted actual",
}
# Seeds in which kinds of models stand together.
WITH_KIND = {"prediction_models", "lifetime_backtest"}


def write(folder: Path, kind: str, rows: dict[str, list[dict]]) -> list[Path]:
    """Put the rows of one kind of model into their seeds; the files. A file is replaced whole, in one step."""
    texts = {}
    for seed, added in rows.items():
        path, columns = folder / f"{seed}.csv", COLUMNS[seed].split()
        version = {row["model_version"] for row in added}
        kept = []
        if path.exists():
            with path.open(newline="", encoding="utf-8") as lines:
                kept = [
                    row for row in csv.DictReader(lines)
                    if row["model_version"] not in version or (seed in WITH_KIND and row["kind"] != kind)
                ]  # fmt: skip
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
        writer.writerows({name: _written(row[name]) for name in columns} for row in added)
        texts[path] = text.getvalue()
    for path, text in texts.items():
        beside = path.with_name(f".{path.name}.new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    return list(texts)


def _written(value: object) -> str:
    """Floating numbers with ten digits, so that the last bits of a machine do not show; None as nothing."""
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)
