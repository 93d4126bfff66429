"""How long it takes to assess many random lesion histories on one core.

    python benchmarks/assess_histories.py                 # 100,000 subjects by RECIST 1.1
    python benchmarks/assess_histories.py 20000 iRECIST

Each subject has one to five targets, up to three non-targets and, in a third of subjects, a new lesion, on a baseline
and two to ten later scans; one row in twenty is missing and one in fifty cannot be evaluated.
"""

import sys
import time

import numpy as np
import pandas as pd

from abscopal import assess, best_response

ORGANS = np.array(["lung", "liver", "node", "skin", "adrenal", "brain"])
NON_TARGET_ORGANS = np.array(["bone", "pleura", "lung"])


def histories(subjects, seed=1):
    """Return a lesion table of random histories, one row per subject, scan and lesion."""
    draw = np.random.Generator(np.random.Philox(seed))
    lesion_counts = draw.integers(1, 6, subjects), draw.integers(0, 4, subjects), draw.random(subjects) < 1 / 3
    lesions = pd.concat(
        [
            pd.DataFrame({"subject": np.repeat(np.arange(subjects), count), "ROLE": role})
            for count, role in zip(lesion_counts, ("target", "non-target", "new"), strict=True)
        ],
        ignore_index=True,
    )
    lesions["number"] = lesions.groupby(["subject", "ROLE"]).cumcount()
    target = lesions["ROLE"] == "target"
    organ = np.where(target, draw.choice(ORGANS, len(lesions)), draw.choice(NON_TARGET_ORGANS, len(lesions)))
    lesions["ORGAN"], lesions["NODE"] = organ, organ == "node"
    letter = lesions["ROLE"].map({"target": "T", "non-target": "N", "new": "X"})
    lesions["LESION"] = letter + lesions["number"].astype(str)
    lesions["start"] = 15 + 60 * draw.random(len(lesions))
    lesions["rate"] = 0.006 * draw.standard_normal(len(lesions))
    scans = draw.integers(2, 11, subjects)[lesions["subject"]]
    first = np.where(lesions["ROLE"] == "new", draw.integers(1, 3, len(lesions)), 0)
    rows = lesions.loc[lesions.index.repeat(scans + 1 - first)].copy()
    scan = rows.groupby(level=0).cumcount().to_numpy() + np.repeat(first, scans + 1 - first)
    rows["ADY"] = 56 * scan - 7
    size = rows["start"] * np.exp(rows["rate"] * 56 * scan)
    rows["DIAMETER_MM"] = np.where(size < 4, 0.0, size.round(1)).clip(max=400)
    rows["STATE"] = np.where(rows["DIAMETER_MM"] > 0, "present", "absent")
    later, luck = scan > 0, draw.random(len(rows))
    unread = later & (luck < 0.02)
    rows.loc[unread, "STATE"], rows.loc[unread, "DIAMETER_MM"] = "not evaluable", np.nan
    kept = rows[~(later & (luck > 0.95))].assign(USUBJID=lambda frame: "S" + frame["subject"].astype(str))
    columns = ["USUBJID", "ADY", "LESION", "ORGAN", "ROLE", "DIAMETER_MM", "NODE", "STATE"]
    return kept[columns].sample(frac=1, random_state=seed).reset_index(drop=True)


def main(subjects=100_000, criteria="RECIST 1.1"):
    table = histories(subjects)
    print(f"{subjects} histories, {len(table)} rows")
    for name, what in (("assess", assess), ("best_response", best_response)):
        begin = time.process_time(), time.perf_counter()
        found = what(table, criteria)
        cpu, wall = time.process_time() - begin[0], time.perf_counter() - begin[1]
        print(f"{name} by {criteria}: {len(found)} rows in {cpu:.1f} s of CPU, {wall:.1f} s by the clock")


if __name__ == "__main__":
    main(*(int(word) if word.isdigit() else word for word in sys.argv[1:]))
