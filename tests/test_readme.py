"""What README.md prints is what the sample company gives, and what it names is there."""

import re
from pathlib import Path

from tests.conftest import Built

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def test_the_printed_headline_is_the_sample_company(sample_database: Built) -> None:
    """Every figure of the table in README, against the latest complete month of the database."""
    table = README.split("the latest complete month")[1].split("customers\n")[0]
    printed = {
        words[0]: (words[1], words[2])
        for line in table.splitlines()
        if len(words := line.split()) >= 3 and ("_" in words[0] or words[0] in ("mrr", "arr"))
    }
    assert len(printed) == 29, printed
    values = dict(
        sample_database.query("""
            select metric_name, value from marts.metrics
            where period_type = 'month' and segment_name = 'all' and period_start = (
                select max(period_start) from marts.metrics where metric_name = 'mrr' and period_type = 'month' and is_complete
            )""")
    )
    for name, (text, unit) in printed.items():
        number = float(text.replace(",", "").rstrip("%"))
        decimals = len(text.rstrip("%").partition(".")[2])
        value = values[name] * (100 if text.endswith("%") else 1) / (3600 if unit == "h" else 1)
        assert round(value, decimals) == number, (
            f"README says {name} {text}, the sample company {value}; paste make build's table anew"
        )


def test_every_named_file_exists() -> None:
    """Links and paths of README, CONTRIBUTING and DECISIONS lead somewhere."""
    for page in ("README.md", "CONTRIBUTING.md", "DECISIONS.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text()):
            assert (ROOT / link).exists(), f"{page}: {link}"
