"""What people write into the seeds of health and of models is checked before a build: each rule is broken once."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.harness import PROJECT

sys.path.insert(0, str(PROJECT / "scripts"))
import seeds as seed_checks
from console import Stop

OVERRIDES = "customer_id,score,max_score,reason,author,starts_on,expires_on\n"
MODELS = "kind,model_version,trained_on,trained_from,trained_through,horizon_days,units,events,note\n"
CONTRACTS = "model_version,billing_months,segment_name,segment_value,alpha,beta,customers,churned,log_likelihood\n"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The seeds of the project, to be broken; without trained models."""
    shutil.copytree(PROJECT / "seeds", tmp_path / "seeds")
    for declared in yaml.safe_load((PROJECT / "seeds/_model_seeds.yml").read_text())["seeds"]:
        file = tmp_path / "seeds" / f"{declared['name']}.csv"
        file.write_text(file.read_text().splitlines()[0] + "\n")
    return tmp_path / "seeds"


def said(folder: Path) -> list[str]:
    """What is said of the seeds in a folder, one fault a line."""
    with pytest.raises(Stop) as stop:
        seed_checks.check(folder)
    return str(stop.value).splitlines()


def change(folder: Path, seed: str, old: str, new: str) -> None:
    """Put something else in the place of the first such text of a seed."""
    file = folder / f"{seed}.csv"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_the_project_s_own_seeds_are_without_fault() -> None:
    assert seed_checks.faults_of(PROJECT / "seeds") == []


@pytest.mark.parametrize(
    ("seed", "old", "new", "line", "message"),
    [
        # form
        ("health_versions", "valid_to", "until", 1, "the columns are config_version, valid_from, until, note. Expected config_version,"),
        ("health_versions", "1900-01-01", "1.1.1900", 2, "valid_from is 1.1.1900. Expected a day as YYYY-MM-DD."),
        ("health_versions", "1900-01-01", "1900-02-30", 2, "valid_from is 1900-02-30. Expected a day"),
        ("health_versions", "1900-01-01", "", 2, "valid_from is blank. Expected a day"),
        ("health_measures", "40,active_user_share", "40%,active_user_share", 2, "group_weight is 40%. Expected a number"),
        ("health_measures", "0.2,0.7", "0,2,0,7", 2, "it has 15 values. Expected 13, one a column."),
        ("health_profiles", "standard,100,", "standard,1.5,", 2, "priority is 1.5. Expected a whole number."),
        ("health_caps", "\n", "\nstandard-1,cancellation scheduled,usage_trend,1,50\n", 3, "cap cancellation scheduled stands in line 2 already"),
        # versions
        ("health_versions", "1900-01-01,,", "2026-01-01,2026-01-01,", 2, "begins on 2026-01-01 and has ended by 2026-01-01. Expected valid_to"),
        ("health_caps", "standard-1", "standard-2", 2, "there is no version standard-2. Expected one of health_versions: standard-1."),
        ("health_bands", "standard-1", "standard-2", 2, "there is no version standard-2."),
        ("health_profiles", "\n", "\nstandard-2,standard,100,,,,\n", 2, "there is no version standard-2."),
        ("health_measures", "standard-1", "standard-2", 2, "there is no version standard-2."),
        # profiles
        ("health_profiles", "100,,,", "100,colour,red,", 2, "segment_name is colour, which is unknown. Expected all, plan,"),
        ("health_profiles", "100,,,", "100,plan,,", 2, "it has one of segment_name and segment_value. Expected both"),
        ("health_profiles", "100,,,,", "100,,,90,90", 2, "tenure runs from 90 to 90. Expected"),
        ("health_profiles", "100,,,,", "100,,,-1,", 2, "tenure runs from -1 to no end. Expected"),
        # measures
        ("health_measures", "standard-1,standard", "standard-1,new customers", 2, "standard-1 has no profile new customers"),
        ("health_measures", "active_user_share", "active_share", 2, "measure is active_share, which is unknown. Expected active_user_share,"),
        ("health_measures", "linear_clamp", "linear", 2, "method is linear, which is unknown. Expected linear_clamp, step, percentile or own_trend."),
        ("health_measures", "skip", "ignore", 2, "missing_policy is ignore, which is unknown. Expected skip or penalise."),
        ("health_measures", "skip", "", 2, "missing_policy is blank. Expected skip or penalise."),
        ("health_measures", "share,3,", "share,-3,", 2, "weight is -3. Expected 0 or more."),
        ("health_measures", "5,days_since_touch", "-5,days_since_touch", 14, "group_weight is -5. Expected 0 or more."),
        ("health_measures", "40,active_user_share", "41,active_user_share", 3, "group_weight of usage is 40, and 41 in line 2. Expected the same"),
        ("health_measures", "touch,1,", "touch,0,", 14, "the weights of group relationship of profile standard are all 0."),
        ("health_measures", "0.2,0.7", "0.7,0.7", 2, "red_at and green_at are both 0.7. Expected two values"),
        ("health_measures", ",90,180,", ",0,180,", 9, "half_life_days is 0. Expected 1 or more"),
        ("health_measures", ",90,180,", ",90,-1,", 9, "max_age_days is -1. Expected 0 or more."),
        # bands
        ("health_bands", "yellow,50", "yellow,55", 3, "scores above 50, up to 55, are in no band of scheme colour of standard-1. Expected"),
        ("health_bands", "yellow,50", "yellow,45", 3, "yellow and red (line 4) of scheme colour of standard-1 overlap"),
        ("health_bands", "red,,50", "red,0,50", 4, "does not reach down to 0: red begins above 0. Expected a blank lower_exclusive."),
        ("health_bands", "75,100", "75,99", 2, "scheme colour of standard-1 ends at 99. Expected bands up to 100."),
        ("health_bands", "yellow", "amber", 3, "there is no colour amber. Expected red, yellow or green."),
        ("health_bands", "A,80,100", "A,80,80", 5, "A lies above 80 and up to 80. Expected an upper edge above the lower."),
        ("health_bands", "colour", "traffic light", 2, "scheme is traffic light, which is unknown. Expected colour or letter."),
        # caps
        ("health_caps", "0,20", "0,101", 2, "max_score is 101. Expected 0 to 100."),
        ("health_caps", "0,20", "0,-1", 2, "max_score is -1. Expected 0 to 100."),
        ("health_caps", "days_past_due", "invoice_age", 3, "measure is invoice_age, which is unknown."),
        # overrides
        ("health_overrides", OVERRIDES, OVERRIDES + "c1,50,,ill,Ann,2026-01-01,\n", 2, "expires_on is blank. Expected a day"),
        ("health_overrides", OVERRIDES, OVERRIDES + "c1,50,,ill,Ann,2026-01-01,2026-01-01\n", 2, "has expired by 2026-01-01"),
        ("health_overrides", OVERRIDES, OVERRIDES + "c1,50,60,ill,Ann,2026-01-01,2026-02-01\n", 2, "has both score and max_score. Expected one"),
        ("health_overrides", OVERRIDES, OVERRIDES + "c1,,,ill,Ann,2026-01-01,2026-02-01\n", 2, "has neither score nor max_score."),
        ("health_overrides", OVERRIDES, OVERRIDES + "c1,50,,ill,,2026-01-01,2026-02-01\n", 2, "author is blank."),
        ("health_overrides", OVERRIDES, OVERRIDES + "c1,50,, ,Ann,2026-01-01,2026-02-01\n", 2, "reason is blank."),
        ("health_overrides", OVERRIDES, OVERRIDES + "c1,,100.5,ill,Ann,2026-01-01,2026-02-01\n", 2, "max_score is 100.5. Expected 0 to 100."),
        # models
        ("prediction_models", MODELS, MODELS + "renewal,m1,x,2024-01-31,2025-01-31,90,,,\n", 2, "kind is renewal, which is unknown."),
        ("prediction_models", MODELS, MODELS + "contract_lifetime,m1,x,2025-01-31,2024-01-31,,,,\n", 2, "Expected the first day first."),
        ("contract_lifetimes", CONTRACTS, CONTRACTS + "m1,1,all,all,1,2,,,\n", 2, "there is no model m1 of kind contract_lifetime."),
    ],
)  # fmt: skip
def test_each_rule_is_told_with_file_and_line(
    folder: Path, seed: str, old: str, new: str, line: int, message: str
) -> None:
    change(folder, seed, old, new)
    lines = said(folder)
    assert re.fullmatch(r"There (is a fault|are [0-9]+ faults) in the seeds\. Nothing was built\.", lines[0])
    assert any(f"{seed}.csv, line {line}: " in one and message in one for one in lines), "\n".join(lines)


@pytest.mark.parametrize(
    ("seed", "rows", "line", "message"),
    [
        ("health_versions", "standard-2,2025-01-01,,", 3, "standard-2 begins on 2025-01-01, while standard-1 (line 2) is in force without an end"),
        ("health_profiles", "standard-1,large,100,company_size,large,,", 3, "large has priority 100, as standard (line 2) has."),
        ("health_profiles", "standard-1,large,10,company_size,large,,", 3, "profile large of standard-1 has no measure."),
        ("prediction_models", "churn,m1,x,2024-01-31,2025-01-31,,,,", 2, "horizon_days is blank. Expected 1 or more"),
        ("prediction_models", "churn,m1,x,2024-01-31,2025-01-31,90,,,", 2, "m1 has no (intercept) in churn_coefficients."),
    ],
)  # fmt: skip
def test_rules_over_several_lines(folder: Path, seed: str, rows: str, line: int, message: str) -> None:
    with (folder / f"{seed}.csv").open("a") as file:
        file.write(rows + "\n")
    assert any(f"{seed}.csv, line {line}: " in one and message in one for one in said(folder)), "\n".join(said(folder))


def test_a_version_that_overlaps_one_long_before(folder: Path) -> None:
    change(folder, "health_versions", "1900-01-01,,", "2020-01-01,2030-01-01,")
    with (folder / "health_versions.csv").open("a") as file:
        file.write("b,2021-01-01,2022-01-01,\nc,2023-01-01,,\nd,2030-01-01,,\n")
    lines = said(folder)
    assert any("line 3: b begins" in one for one in lines)
    assert any("line 4: c begins" in one and "standard-1 (line 2) is in force until 2030-01-01" in one for one in lines)
    assert any("line 5: d begins" in one and "while c (line 4)" in one for one in lines)


def test_group_weights_that_are_all_zero(folder: Path) -> None:
    file = folder / "health_measures.csv"
    file.write_text(re.sub(r"^(standard-1,standard,[a-z]+),\d+,", r"\1,0,", file.read_text(), flags=re.MULTILINE))
    assert any("line 2: the group weights of profile standard are all 0." in one for one in said(folder))


def test_lines_are_those_of_the_file(folder: Path) -> None:
    """A note over two lines and an empty line before the fault, and what spreadsheets put in front of a file."""
    text = (
        'config_version,valid_from,valid_to,note\nstandard-1,1900-01-01,2025-01-01,"two\nlines"\n\nstandard-2,today,,\n'
    )
    (folder / "health_versions.csv").write_text(text, encoding="utf-8-sig")
    assert any("health_versions.csv, line 5: valid_from is today." in one for one in said(folder))


def test_a_file_that_is_missing_or_no_text(folder: Path) -> None:
    (folder / "health_caps.csv").unlink()
    (folder / "health_bands.csv").write_bytes(b"config_version\n\xff\xfe\n")
    lines = said(folder)
    assert any(
        "health_caps.csv: it cannot be read: No such file or directory. Expected CSV in UTF-8." in one for one in lines
    )
    assert any("health_bands.csv: it cannot be read: " in one for one in lines)


def test_at_most_ten_faults_are_listed(folder: Path) -> None:
    file = folder / "health_measures.csv"
    file.write_text(file.read_text().replace("skip", "ignore"))
    change(folder, "health_caps", "0,20", "0,many")
    lines = said(folder)
    assert lines[0] == "There are 14 faults in the seeds. Nothing was built."
    assert len(lines) == 1 + 10 + 1
    assert lines[-1] == "  and 4 more"


def test_measures_that_may_be_named_are_those_of_the_evidence() -> None:
    model = (PROJECT / "models/intermediate/health/int_evidence_measures.sql").read_text()
    evidence = set(re.findall(r"^    '([a-z_]+)': \[(?:usage|tickets|\[)", model, re.MULTILINE))
    assert len(evidence) == 17
    for seed in yaml.safe_load((PROJECT / "seeds/_health_seeds.yml").read_text())["seeds"]:
        for column in seed["columns"]:
            if column["name"] == "measure":
                values = [
                    test["accepted_values"]["arguments"]["values"]
                    for test in column["data_tests"]
                    if "accepted_values" in test
                ]
                assert set(values[0]) == evidence, seed["name"]
