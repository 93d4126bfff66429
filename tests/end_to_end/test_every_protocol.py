"""Every shipped protocol runs as a user would run it, and leaves tables that hold together.

To compile the model of each would take most of an hour, so protocols of a family share one model with the drugs of all
of them: a drug that nobody is given changes nothing. `abscopal check` builds each protocol's own model.
"""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from abscopal import catalogue
from abscopal.cli import app
from families import families, family_model

SUBJECTS = 60


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.xdist_group(g)) for g, n in families()])
def test_abscopal_run_succeeds_for_every_shipped_protocol(name, tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "disease_model", lambda drugs, tags: family_model(name))
    out = tmp_path / "run"
    done = CliRunner().invoke(app, ["run", name, "--n", str(SUBJECTS), "--seed", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output[-2000:]
    protocol, summary = catalogue.load_protocol(name), json.loads((out / "summary.json").read_text())
    assert set(summary["arms"]) == {arm.name for arm in protocol.arms}
    assert sum(arm["n"] for arm in summary["arms"].values()) == SUBJECTS
    assert all(0.0 <= arm[rate] <= 1.0 for arm in summary["arms"].values() for rate in ("orr", "cr", "dcr"))
    adex = pd.read_parquet(out / "adam" / "adex.parquet")
    planned = {treatment for arm in protocol.arms for treatment in _names(arm.regimen)}
    assert planned <= set(adex["EXTRT"].str.lower()), "a planned treatment was never given"
    assert (out / "report.html").stat().st_size > 10_000


def _names(regimen):
    return {getattr(part, "drug", type(part).__name__).lower() for part in regimen}
