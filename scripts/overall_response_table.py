"""Make the truth table of overall responses from the SDTM example of pharmaverse (RECIST 1.1, Apache-2.0).

    python scripts/overall_response_table.py rs_onco.csv tests/reference/data/pharmaverse_overall_responses.json

Of every subject, visit and evaluator it takes the target response (TRGRESP), the non-target response (NTRGRESP), what
is said of new lesions (NEWLPROG) and the overall response (OVRLRESP), and counts how often each combination occurs.
"""

import csv
import json
import sys
from collections import Counter
from pathlib import Path

NOTICE = (
    "Counted from the data set rs_onco_recist of pharmaversesdtm, https://github.com/pharmaverse/pharmaversesdtm, "
    "copyright its authors, licensed under the Apache License, Version 2.0, "
    "https://www.apache.org/licenses/LICENSE-2.0. Changed: combinations of the components of response are counted; "
    "subjects, visits and dates are left out."
)
TESTS = ("TRGRESP", "NTRGRESP", "NEWLPROG", "OVRLRESP")


def combinations(rows):
    """Return how often each combination of component and overall responses occurs, sorted."""
    visits = {}
    for row in rows:
        key = tuple(row[name] for name in ("USUBJID", "VISITNUM", "RSDTC", "RSEVAL", "RSEVALID"))
        found = visits.setdefault(key, {})
        if row["RSTESTCD"] in found:
            raise SystemExit(f"two results of {row['RSTESTCD']} for {key}")
        found[row["RSTESTCD"]] = row["RSSTRESC"]
    counts = Counter(tuple(found.get(test, "") for test in TESTS) for found in visits.values())
    return [[*combination, count] for combination, count in sorted(counts.items())]


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:3])
    with source.open(encoding="utf-8", newline="") as file:
        found = combinations(csv.DictReader(file))
    lines = ",\n  ".join(json.dumps(row) for row in found)
    columns = json.dumps(["target", "nontarget", "new", "overall", "visits"])
    text = f'{{\n "notice": {json.dumps(NOTICE)},\n "columns": {columns},\n "rows": [\n  {lines}\n ]\n}}\n'
    target.write_text(text, encoding="utf-8")
    print(f"{target}: {len(found)} combinations of {sum(row[-1] for row in found)} visits")
