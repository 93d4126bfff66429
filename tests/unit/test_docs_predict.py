"""The page on predictions says what is true: its plan is read, its code runs, its keys are there."""

import json
import re
from pathlib import Path

from synthetic_trial import DACARBAZINE, NIVOLUMAB, SyntheticArm, synthetic_tables
from typer.main import get_command

from abscopal import catalogue, cli
from abscopal.analysis.outcomes import outcomes
from abscopal.analysis.prediction import predict

PAGE = (Path(__file__).parents[2] / "docs" / "predict.md").read_text(encoding="utf-8")


def block(language):
    return re.search(rf"(?ms)^```{language}\n(.*?)^```$", PAGE)[1]


def test_the_plan_of_the_page_is_a_protocol(tmp_path):
    (tmp_path / "my-trial.yaml").write_text(block("yaml"), encoding="utf-8")
    protocol = catalogue.load_protocol(tmp_path / "my-trial.yaml")
    assert protocol.candidates == "as enrolled"
    assert {"pdl1_ge50": 0.5, "liver": 0.2, "ecog1": 0.6}.items() <= protocol.baseline.numbers().items()


def test_the_code_of_the_page_reads_a_prediction_and_every_key_it_names_is_there(tmp_path, monkeypatch, capsys):
    arms = [(SyntheticArm(NIVOLUMAB.name, share), DACARBAZINE) for share in (0.3, 0.5)]
    draws = [outcomes(synthetic_tables(pair, per_arm=40), range(80)) for pair in arms]
    names = (NIVOLUMAB.name, DACARBAZINE.name)
    found = predict(draws, dict.fromkeys(names, 40.0), [names]).plain()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "my-trial-seed1-draws").mkdir(parents=True)
    Path("runs/my-trial-seed1-draws/prediction.json").write_text(json.dumps(found, allow_nan=False))
    exec(
        block("python").replace('json.load(open("', 'json.loads(Path("').replace('"))', '").read_text())'),
        {"Path": Path},
    )
    assert f"{NIVOLUMAB.name} orr" in capsys.readouterr().out
    named = re.search(r"Keys: (.*?)\.\n", PAGE, re.DOTALL)[1]
    assert set(re.findall(r"`(\w+)`", named)) <= {row["key"] for row in found["endpoints"]}


def test_the_options_of_the_page_are_those_of_the_command():
    known = {name for option in get_command(cli.app).commands["run"].params for name in option.opts}
    assert {"--draws", "--n", "--workers", "--resume", "--cluster", "--shard", "--out"} <= known
