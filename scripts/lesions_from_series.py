"""Bring series of one lesion per patient (patient, day, longest_diameter_mm, arm) into the shape of a lesion table.

    python scripts/lesions_from_series.py SERIES.csv TABLE.csv.gz --prefix OAK

Every lesion becomes the one target of its patient, numbered in the order of the file. What is written in words becomes
a state: TOO SMALL TO MEASURE, NOT EVALUABLE, and not evaluable where nothing is written. Rows that repeat another one,
rows without a day or with one that has several diameters (which of them is meant is not known), and patients whose
first diameter is not a number and who so have no baseline, are left out and counted.
"""

import argparse
import gzip
import io

import pandas as pd

STATES = {"TOO SMALL TO MEASURE": "too small", "NOT EVALUABLE": "not evaluable", "": "not evaluable"}


def lesion_table(series, prefix):
    """Return the lesion table of a series, and how many patients without a baseline and rows were left out."""
    dated = series[series["day"] != ""].drop_duplicates()
    series, rows = dated[~dated.duplicated(["patient", "day"], keep=False)], len(series)
    day, size = series["day"].astype(float), pd.to_numeric(series["longest_diameter_mm"], errors="coerce")
    unread = series["longest_diameter_mm"][size.isna()]
    if not unread.isin(STATES).all() or (day % 1 != 0).any():
        raise SystemExit(f"not understood: {sorted(set(unread) - set(STATES))}, or a day that is no whole number")
    state = unread.map(STATES).reindex(series.index).fillna(size.eq(0).map({True: "absent", False: "present"}))
    number = pd.factorize(series["patient"])[0] + 1
    width = len(str(number.max()))
    table = pd.DataFrame(
        {
            "USUBJID": [f"{prefix}-{one:0{width}d}" for one in number],
            "ARM": series["arm"],
            "ADY": day.astype(int),
            "LESION": "T1",
            "ORGAN": "unknown",
            "ROLE": "target",
            "DIAMETER_MM": series["longest_diameter_mm"].where(size.notna(), ""),
            "NODE": "false",
            "STATE": state,
        }
    ).sort_values(["USUBJID", "ADY"], kind="stable")
    first = pd.to_numeric(table.groupby("USUBJID")["DIAMETER_MM"].transform("first"), errors="coerce")
    kept = table[first > 0]
    return kept, table["USUBJID"].nunique() - kept["USUBJID"].nunique(), rows - len(series)


def main():
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("series")
    options.add_argument("table")
    options.add_argument("--prefix", default="P")
    chosen = options.parse_args()
    series = pd.read_csv(chosen.series, dtype=str, keep_default_na=False)
    table, baseless, rows = lesion_table(series, chosen.prefix)
    text = io.StringIO()
    table.to_csv(text, index=False, lineterminator="\n")
    data = text.getvalue().encode()
    with open(chosen.table, "wb") as file:
        file.write(gzip.compress(data, mtime=0) if chosen.table.endswith(".gz") else data)
    patients = table["USUBJID"].nunique()
    print(f"{chosen.table}: {len(table)} rows of {patients} patients")
    print(f"left out: {rows} rows, {baseless} patients without a baseline")


if __name__ == "__main__":
    main()
