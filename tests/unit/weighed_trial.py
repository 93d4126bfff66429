"""A run folder of a made-up trial, for tests of weights: synthetic tables, a manifest and a protocol with results."""

from __future__ import annotations

import json
from pathlib import Path

from synthetic_trial import SyntheticArm, synthetic_tables

from abscopal.analysis.columns import REPORT
from abscopal.protocol import Protocol
from abscopal.protocol.yaml_form import to_yaml
from abscopal.runs.plan import versions

ARMS = (
    SyntheticArm("nivolumab", responders=0.42, survival_after_progression=420),
    SyntheticArm("dacarbazine", responders=0.14, new_lesion=0.06, survival_after_progression=280),
)
PUBLISHED = {
    "nivolumab": {"n": 300, "orr": 0.5, "os_at": {12: 0.8, 24: 0.55, 200: 0.1}, "pfs_median": 9.0},
    "dacarbazine": {"n": 300, "orr": {"value": 0.1, "source": "checked"}, "os_at": {12: 0.5}},
}


def protocol(role: str | None = "calibration", **changes) -> Protocol:
    """The trial as published; arms as its tables name them."""
    arms = [
        {"name": arm.name, "regimen": [f"{arm.name} {dose}"], "published": PUBLISHED[arm.name]}
        for arm, dose in zip(ARMS, ("240 mg q2w", "1000 mg/m2 q3w"), strict=True)
    ]
    given = {"name": "made-up", "indication": "melanoma", "subjects": 240, "arms": arms, "role": role}
    return Protocol(**(given | changes))


def run_folder(folder: Path, *, seed: int = 1, tables_seed: int = 7, per_arm: int = 120, **changes) -> Path:
    """Write a finished run of the made-up trial: what weights read of it."""
    (folder / "adam").mkdir(parents=True)
    for name, table in synthetic_tables(ARMS, per_arm, tables_seed).items():
        if name in ("adsl", "adrs", "adtte"):
            missing = {column: "" for column in REPORT[name] if column not in table.columns}
            known = {"ANL01FL": "Y", "RSEVAL": "INVESTIGATOR", "PARCAT1": "RECIST 1.1"}
            table = table.assign(**{column: known.get(column, "") for column in missing})
            table.to_parquet(folder / "adam" / f"{name}.parquet", index=False)
    planned = protocol(**changes)
    (folder / "protocol.yaml").write_text(to_yaml(planned))
    described = {"protocol": planned.name, "seed": seed, "n": 2 * per_arm, "versions": versions()}
    (folder / "manifest.json").write_text(json.dumps(described))
    return folder
