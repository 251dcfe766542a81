"""The seeds that people edit, checked before a build: what is wrong, in which line, and what was expected."""

import csv
import datetime
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import yaml

from console import Stop, shown
from inputs import PROJECT

FOLDER = PROJECT / "seeds"
DECLARED = ("_health_seeds.yml", "_model_seeds.yml")
COLOURS = ("red", "yellow", "green")
INTERCEPT = "(intercept)"
FAULTS_SHOWN = 10
TOP = 100  # scores lie on 0 to 100

# what a column of a type may hold, how it is read, and what to write
TYPES = {
    "varchar": (r".+", str, "text"),
    "integer": (r"[+-]?[0-9]{1,9}", int, "a whole number"),
    "date": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", datetime.date.fromisoformat, "a day as YYYY-MM-DD"),
    "decimal(38,10)": (
        r"[+-]?([0-9]{1,28}(\.[0-9]{0,10})?|\.[0-9]{1,10})",
        Decimal,
        "a number with a point and at most 10 decimals",
    ),
    "double precision": (r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", float, "a number with a point"),
}


@dataclass
class Row:
    """A line of a seed, its values read as the declared types; what is blank is None."""

    file: Path
    line: int
    values: dict

    def __getitem__(self, column: str):
        return self.values[column]


@dataclass
class Seeds:
    """All seeds that are checked, and what was found wrong with them."""

    folder: Path
    rows: dict[str, list[Row]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def fault(self, file: Path, line: int | None, what: str, expected: str) -> None:
        """Note what is wrong in a line, or with the whole file."""
        self.faults.append(f"  - {shown(file)}{f', line {line}' if line else ''}: {what}. Expected {expected}.")

    def wrong(self, row: Row, what: str, expected: str) -> None:
        """Note what is wrong in a row."""
        self.fault(row.file, row.line, what, expected)

    def path(self, seed: str) -> Path:
        """The file of a seed."""
        return self.folder / f"{seed}.csv"


def check(folder: Path = FOLDER) -> None:
    """Stop where a seed would break the build, or be counted as nobody meant it."""
    if faults := faults_of(folder):
        count = "There is a fault" if len(faults) == 1 else f"There are {len(faults)} faults"
        more = [f"  and {len(faults) - FAULTS_SHOWN} more"] if len(faults) > FAULTS_SHOWN else []
        raise Stop("\n".join([f"{count} in the seeds. Nothing was built.", *faults[:FAULTS_SHOWN], *more]))


def faults_of(folder: Path) -> list[str]:
    """All faults, each as one line. What the values mean is asked once all of them can be read."""
    seeds = Seeds(folder)
    for declared in DECLARED:
        for seed in yaml.safe_load((folder / declared).read_text())["seeds"]:
            seeds.rows[seed["name"]] = list(_read(seeds, seed))
    if not seeds.faults:
        for rule in (_versions, _profiles, _measures, _bands, _caps, _overrides, _models):
            rule(seeds)
    return seeds.faults


def _read(seeds: Seeds, declared: dict) -> Iterator[Row]:
    """The rows of a seed: its columns, types, what may not be blank, what is unique, and which words are known."""
    file = seeds.path(declared["name"])
    types = declared["config"]["column_types"]
    tests = {column["name"]: column.get("data_tests", []) for column in declared["columns"]}
    grain = next(
        test["unique_grain"]["arguments"]["columns"] for test in declared["data_tests"] if "unique_grain" in test
    )
    needed = {*grain, *(name for name, of_column in tests.items() if "not_null" in of_column)}
    known = {
        name: test["accepted_values"]["arguments"]["values"]
        for name, of_column in tests.items()
        for test in of_column
        if "accepted_values" in test
    }
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, strict=True)
            header, lines, began = next(reader, []), [], reader.line_num
            for values in reader:
                lines.append((began + 1, values))
                began = reader.line_num
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        seeds.fault(file, None, f"it cannot be read: {reason}", "CSV in UTF-8")
        return
    if sorted(header) != sorted(types):
        seeds.fault(file, 1, f"the columns are {', '.join(header) or 'missing'}", ", ".join(types))
        return

    seen: dict[tuple, int] = {}
    for line, texts in lines:
        if not any(text.strip() for text in texts):
            continue
        if len(texts) != len(header):
            seeds.fault(file, line, f"it has {len(texts)} values", f"{len(header)}, one a column")
            continue
        given = dict(zip(header, (text.strip() for text in texts), strict=True))
        row, is_readable = Row(file, line, {}), True
        for column, kind in types.items():
            pattern, read, expected = TYPES[kind]
            try:
                if given[column] and not re.fullmatch(pattern, given[column], re.DOTALL):
                    raise ValueError
                row.values[column] = read(given[column]) if given[column] else None
            except ValueError:
                seeds.wrong(row, f"{column} is {given[column]}", expected)
                is_readable = False
                continue
            if column in needed and not given[column]:
                seeds.wrong(row, f"{column} is blank", _one_of(known[column]) if column in known else expected)
                is_readable = False
            elif column in known and given[column] and given[column] not in known[column]:
                seeds.wrong(row, f"{column} is {given[column]}, which is unknown", _one_of(known[column]))
                is_readable = False
        if not is_readable:
            continue
        key = tuple(row[column] for column in grain)
        if key in seen:
            seeds.wrong(row, f"{_named(grain, key)} stands in line {seen[key]} already", "one line for each")
        seen.setdefault(key, line)
        yield row


def _versions(seeds: Seeds) -> None:
    """On a day at most one version is in force."""
    ended = []
    for row in seeds.rows["health_versions"]:
        if row["valid_to"] is not None and row["valid_to"] <= row["valid_from"]:
            seeds.wrong(
                row,
                f"{row['config_version']} begins on {row['valid_from']} and has ended by {row['valid_to']}",
                "valid_to, the first day on which it counts no more, after valid_from",
            )
        else:
            ended.append(row)
    ended.sort(key=lambda row: row["valid_from"])
    for place, later in enumerate(ended[1:], start=1):
        # the one before it that is in force longest
        earlier = max(ended[:place], key=lambda row: row["valid_to"] or datetime.date.max)
        if earlier["valid_to"] is None or earlier["valid_to"] > later["valid_from"]:
            until = f"until {earlier['valid_to']}" if earlier["valid_to"] else "without an end"
            seeds.wrong(
                later,
                f"{later['config_version']} begins on {later['valid_from']}, while {earlier['config_version']} (line {earlier.line}) "
                f"is in force {until}",
                f"one version a day: valid_to of {earlier['config_version']} no later than {later['valid_from']}",
            )
    known = [row["config_version"] for row in seeds.rows["health_versions"]]
    for name in ("health_profiles", "health_measures", "health_bands", "health_caps"):
        strangers: dict[str, list[Row]] = {}
        for row in seeds.rows[name]:
            if row["config_version"] not in known:
                strangers.setdefault(row["config_version"], []).append(row)
        for version, rows in strangers.items():
            seeds.wrong(
                rows[0],
                f"there is no version {version}{_and_more(rows)}",
                f"one of health_versions: {', '.join(known) or 'there is none'}",
            )


def _profiles(seeds: Seeds) -> None:
    """Which customers a profile is for, and that one counts before the other."""
    first: dict[tuple, Row] = {}
    for row in seeds.rows["health_profiles"]:
        if (row["segment_name"] is None) != (row["segment_value"] is None):
            seeds.wrong(row, "it has one of segment_name and segment_value", "both, or neither for every customer")
        begins, ends = row["tenure_from"] or 0, row["tenure_to"]
        if begins < 0 or (ends is not None and ends <= begins):
            seeds.wrong(
                row,
                f"tenure runs from {begins} to {'no end' if ends is None else ends}",
                "days from 0 on, tenure_to after tenure_from",
            )
        other = first.setdefault((row["config_version"], row["priority"]), row)
        if other is not row:
            seeds.wrong(
                row,
                f"{row['profile']} has priority {row['priority']}, as {other['profile']} (line {other.line}) has",
                "another for each profile of a version; the smallest counts first",
            )


def _measures(seeds: Seeds) -> None:
    """Scores and weights of measures, and that every profile has some."""
    profiles = {(row["config_version"], row["profile"]): row for row in seeds.rows["health_profiles"]}
    groups: dict[tuple, list[Row]] = {}
    for row in seeds.rows["health_measures"]:
        for column in ("group_weight", "weight", "max_age_days", "min_observations"):
            if row[column] is not None and row[column] < 0:
                seeds.wrong(row, f"{column} is {row[column]}", "0 or more")
        if row["red_at"] == row["green_at"]:
            seeds.wrong(
                row,
                f"red_at and green_at are both {row['red_at']}",
                "two values: the one that scores 0 and the one that scores 100",
            )
        if row["half_life_days"] is not None and row["half_life_days"] <= 0:
            seeds.wrong(
                row,
                f"half_life_days is {row['half_life_days']}",
                "1 or more, or nothing where evidence does not fade",
            )
        groups.setdefault((row["config_version"], row["profile"], row["measure_group"]), []).append(row)

    of_profiles: dict[tuple, list[list[Row]]] = {}
    for (version, profile, group), rows in groups.items():
        of_profiles.setdefault((version, profile), []).append(rows)
        for row in rows[1:]:
            if row["group_weight"] != rows[0]["group_weight"]:
                seeds.wrong(
                    row,
                    f"group_weight of {group} is {row['group_weight']}, and {rows[0]['group_weight']} in line {rows[0].line}",
                    "the same in all rows of a group",
                )
        if sum(row["weight"] for row in rows) == 0:
            seeds.wrong(rows[0], f"the weights of group {group} of profile {profile} are all 0", "one above 0")
    for (version, profile), of_profile in of_profiles.items():
        if (version, profile) not in profiles:
            rows = list(itertools.chain(*of_profile))
            seeds.wrong(rows[0], f"{version} has no profile {profile}{_and_more(rows)}", "one of health_profiles")
        if sum(rows[0]["group_weight"] for rows in of_profile) == 0:
            seeds.wrong(of_profile[0][0], f"the group weights of profile {profile} are all 0", "one above 0")
    for name, row in profiles.items():
        if name not in of_profiles:
            seeds.wrong(
                row,
                f"profile {row['profile']} of {row['config_version']} has no measure",
                "one or more in health_measures",
            )


def _bands(seeds: Seeds) -> None:
    """The bands of a scheme follow on each other from 0 to 100."""
    schemes: dict[tuple, list[Row]] = {}
    for row in seeds.rows["health_bands"]:
        if row["scheme"] == "colour" and row["band"] not in COLOURS:
            seeds.wrong(row, f"there is no colour {row['band']}", _one_of(COLOURS))
        if row["lower_exclusive"] is not None and row["lower_exclusive"] >= row["upper_inclusive"]:
            seeds.wrong(
                row,
                f"{row['band']} lies above {row['lower_exclusive']} and up to {row['upper_inclusive']}",
                "an upper edge above the lower",
            )
        else:
            schemes.setdefault((row["config_version"], row["scheme"]), []).append(row)

    for (version, scheme), rows in schemes.items():
        rows.sort(key=lambda row: (row["lower_exclusive"] is not None, row["lower_exclusive"] or 0))
        name = f"scheme {scheme} of {version}"
        if rows[0]["lower_exclusive"] is not None and rows[0]["lower_exclusive"] >= 0:
            seeds.wrong(
                rows[0],
                f"{name} does not reach down to 0: {rows[0]['band']} begins above {rows[0]['lower_exclusive']}",
                "a blank lower_exclusive",
            )
        for below, above in itertools.pairwise(rows):
            lower, upper = above["lower_exclusive"], below["upper_inclusive"]
            if lower is None or lower < upper:
                fault = f"{above['band']} and {below['band']} (line {below.line}) of {name} overlap"
            elif lower > upper:
                fault = f"scores above {upper}, up to {lower}, are in no band of {name}"
            else:
                continue
            seeds.wrong(above, fault, f"lower_exclusive {upper} for {above['band']}")
        if (highest := max(rows, key=lambda row: row["upper_inclusive"]))["upper_inclusive"] < TOP:
            seeds.wrong(highest, f"{name} ends at {highest['upper_inclusive']}", f"bands up to {TOP}")
    for version in seeds.rows["health_versions"]:
        for scheme in ("colour", "letter"):
            if not any(
                (row["config_version"], row["scheme"]) == (version["config_version"], scheme)
                for row in seeds.rows["health_bands"]
            ):
                seeds.wrong(
                    version,
                    f"{version['config_version']} has no bands of scheme {scheme}",
                    f"some in health_bands, from 0 to {TOP}",
                )


def _caps(seeds: Seeds) -> None:
    """A cap lies on the scale of scores."""
    for row in seeds.rows["health_caps"]:
        _on_scale(seeds, row, "max_score")


def _overrides(seeds: Seeds) -> None:
    """A person's judgement says one thing, and expires."""
    for row in seeds.rows["health_overrides"]:
        if (row["score"] is None) == (row["max_score"] is None):
            found = "both score and max_score" if row["score"] is not None else "neither score nor max_score"
            seeds.wrong(row, f"the override of {row['customer_id']} has {found}", "one of them")
        for column in ("score", "max_score"):
            _on_scale(seeds, row, column)
        if row["expires_on"] <= row["starts_on"]:
            seeds.wrong(
                row,
                f"the override of {row['customer_id']} starts on {row['starts_on']} and has expired by {row['expires_on']}",
                "expires_on, the first day on which it counts no more, after starts_on",
            )


def _on_scale(seeds: Seeds, row: Row, column: str) -> None:
    """A score lies on 0 to 100."""
    if row[column] is not None and not 0 <= row[column] <= TOP:
        seeds.wrong(row, f"{column} is {row[column]}", f"0 to {TOP}")


def _models(seeds: Seeds) -> None:
    """Parameters belong to a model of their kind, and can be computed with."""
    models: dict[str, set[str]] = {"churn": set(), "contract_lifetime": set(), "purchase_lifetime": set()}
    for row in seeds.rows["prediction_models"]:
        models[row["kind"]].add(row["model_version"])
        if row["trained_through"] < row["trained_from"]:
            seeds.wrong(
                row,
                f"{row['model_version']} was trained from {row['trained_from']} through {row['trained_through']}",
                "the first day first",
            )
        if row["kind"] == "churn" and (row["horizon_days"] or 0) <= 0:
            seeds.wrong(row, f"horizon_days is {row['horizon_days'] or 'blank'}", "1 or more for a model of churn")
    for kind, name, above_zero in (
        ("churn", "churn_coefficients", ("scale",)),
        ("churn", "churn_feature_bins", ()),
        ("churn", "churn_backtest", ()),
        ("contract_lifetime", "contract_lifetimes", ("billing_months", "alpha", "beta")),
        ("purchase_lifetime", "purchase_lifetimes", ("r", "alpha", "a", "b", "p", "q", "v")),
    ):
        for row in seeds.rows[name]:
            if row["model_version"] not in models[kind]:
                seeds.wrong(row, f"there is no model {row['model_version']} of kind {kind}", "one of prediction_models")
            for column in above_zero:
                if row[column] is not None and row[column] <= 0:
                    seeds.wrong(row, f"{column} is {row[column]}", "more than 0")
    intercepts = {row["model_version"] for row in seeds.rows["churn_coefficients"] if row["feature"] == INTERCEPT}
    for row in seeds.rows["prediction_models"]:
        if row["kind"] == "churn" and row["model_version"] not in intercepts:
            seeds.wrong(
                row,
                f"{row['model_version']} has no {INTERCEPT} in churn_coefficients",
                "what make train wrote, whole",
            )


def _and_more(rows: list[Row]) -> str:
    """That other lines have the same fault."""
    return f" (so in {len(rows) - 1} more line{'s' * (len(rows) > 2)})" if len(rows) > 1 else ""


def _one_of(words: list[str] | tuple[str, ...]) -> str:
    """A list of words as a person says it."""
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def _named(columns: list[str], key: tuple) -> str:
    """A key with the names of its columns."""
    return ", ".join(f"{column} {value}" for column, value in zip(columns, key, strict=True))
