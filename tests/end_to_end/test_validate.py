"""`abscopal validate` as a user types it, on one trial: what it writes, and that it computes nothing twice."""

import json

import pytest
from typer.testing import CliRunner

from abscopal import catalogue
from abscopal.calibration.targets import targets_of
from abscopal.cli import app
from abscopal.validation import replay
from families import families, family_model

TRIAL = "mdx010-20"
GROUP = next(group for group, name in families() if name == TRIAL)


@pytest.mark.xdist_group(GROUP)
def test_abscopal_validate_replays_scores_and_writes_and_goes_on_with_what_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "disease_model", lambda drugs, tags: family_model(TRIAL))
    words = ["validate", TRIAL, "--n", "10", "--seed", "3", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output[-2000:]
    assert "calibration: OS landmarks" in done.output
    found = json.loads((tmp_path / "out" / "validation.json").read_text())
    targets = targets_of(catalogue.load_protocol(TRIAL))
    assert len(found["scores"]) + sum(found["unmatched"].values()) == len(targets)
    assert found["trials"] == {
        TRIAL: {"role": "calibration", "indication": "melanoma", "n": 20, "failed": 0, "draws": 0}
    }
    assert found["summary"]["validation"]["trials"] == 0
    summary = json.loads((tmp_path / "out" / "runs" / TRIAL / "summary.json").read_text())
    scored = {(s["arm"], s["quantity"]): s["simulated"]["value"] for s in found["scores"]}
    for arm, plain in summary["arms"].items():
        assert scored[arm, "ORR"] == plain["orr"]
        assert scored[arm, "OS 12"] == plain["os_at"]["12"]
        assert scored[arm, "OS median"] == plain["os_median"]
    figures = {path.name for path in (tmp_path / "out" / "figures").iterdir()}
    assert figures == {f"{TRIAL}.svg", "published-and-simulated.svg", "coverage.svg"}
    page = (tmp_path / "out" / "validation.html").read_text()
    assert page.count("<svg") == 3
    assert "http" not in page.replace("http-equiv", "")

    monkeypatch.setattr(replay, "run", lambda *_: pytest.fail("a finished replay was computed again"))
    again = CliRunner().invoke(app, [*words, "--json"])
    assert again.exit_code == 0, again.output[-2000:]
    assert json.loads(again.stdout) == found
