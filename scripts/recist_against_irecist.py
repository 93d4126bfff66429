"""Assess the same virtual patients by RECIST 1.1 and by iRECIST, and treat them until PD and until iCPD.

python scripts/recist_against_irecist.py PROTOCOL [--n N] [--seed S] [--workers W]

Prints two tables in Markdown: who is called progressing wrongly by each, and what treatment beyond progression gains.
See docs/imaging.md for what the rows mean.
"""

import argparse
import sys

from abscopal import catalogue
from abscopal.trial.both_ways import recist_against_irecist


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("protocol", help="name of a shipped protocol, or path of one")
    parser.add_argument("--n", type=int, help="subjects in all arms together; default: the protocol's")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    found = recist_against_irecist(
        catalogue.load_protocol(asked.protocol),
        seed=asked.seed,
        subjects=asked.n,
        workers=asked.workers,
        tell=lambda what: print(what, file=sys.stderr),
    )
    print(table("On the scans of treatment until iCPD", found, called_rows))
    print(table("Treatment until iCPD, beside treatment until PD of the same patients", found, gain_rows))


def table(caption, found, rows_of):
    """Write a table with a column per arm."""
    columns = {arm: dict(rows_of(one)) for arm, one in found.items()}
    labels = next(iter(columns.values()))
    lines = [f"| {caption} | {' | '.join(columns)} |", "| --- " * (len(columns) + 1) + "|"]
    lines += [f"| {label} | {' | '.join(column[label] for column in columns.values())} |" for label in labels]
    return "\n".join(lines) + "\n"


def called_rows(one):
    """Rows on who is called progressing by each criterion, and how many of them wrongly."""
    yield "subjects", str(one.n)
    for name, called in one.called.items():
        yield f"called progressing by {name}", share_of(called.wrong, one.n)
        yield f"of these wrongly ({name})", share(called.wrong)
        yield f"of these with the living tumour falling at that scan ({name})", share(called.pseudoprogression)
        yield f"subjects with progression missed at a scan ({name})", share(called.missed)
        yield f"responses that are right, of all scans ({name})", share(called.right)


def gain_rows(one):
    """Rows on what treatment beyond progression gains."""
    yield "treated beyond PD by RECIST 1.1", f"{one.progressed} of {one.n}"
    yield "of these never confirmed", f"{one.never_confirmed} of {one.progressed}"
    yield "of these with a first response after PD", share(one.responded)
    for month, stopped in one.alive["RECIST 1.1"].items():
        yield (
            f"alive at {month} months, until PD and until iCPD",
            f"{stopped:.1%} and {one.alive['iRECIST'][month]:.1%}",
        )
    months = f"{one.horizon_months:g}"
    yield f"months of life gained by month {months}, all subjects", gain(one.gain)
    yield f"months of life gained by month {months}, those with PD", gain(one.gain_after_progression)


def share(found):
    """Print a share with its exact 95 % interval."""
    if found is None:
        return "none"
    return f"{found.successes} of {found.n} ({found.rate:.0%}; {found.lower:.0%} to {found.upper:.0%})"


def share_of(found, n):
    """Print how many of an arm's subjects a share is of."""
    return f"{0 if found is None else found.n} of {n}"


def gain(found):
    """Print a gain with its 95 % interval."""
    return (
        "unknown" if found is None else f"{found.months:+.2f} ({found.lower:+.2f} to {found.upper:+.2f}; n {found.n})"
    )


if __name__ == "__main__":
    main()
