"""One trial under draws of a posterior: ordinary runs of the same patients, put together to a prediction."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from small_trial import PROTOCOL, hashes, order, without_report

from abscopal import catalogue
from abscopal.errors import InputError, IntegrityError
from abscopal.protocol.yaml_form import to_yaml
from abscopal.runs import draws as drawing
from abscopal.runs import finish
from abscopal.runs.draws import chosen, draw_folder, orders, posterior_of, require_place, run_draws
from abscopal.runs.plan import read_plan
from abscopal.runs.prediction import candidates_of, combine, is_prediction, merge_draws, planned_sizes
from abscopal.runs.run import run

OWN = PROTOCOL.model_copy(update={"indication": "own", "name": "own", "follow_up_months": 6})
NUMBERS, N = (1, 3), 18
DRAWS = "parameters.growth.center,shared.ctla4_hold\n0.01,40\n0.012,50\n0.02,60\n"


@pytest.fixture(scope="module")
def _own(tmp_path_factory):
    """An indication with a posterior of three draws, and no reports, which have tests of their own."""
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "indications").mkdir()
    text = Path(str(files("abscopal.indications").joinpath("melanoma.yaml"))).read_text(encoding="utf-8")
    (folder / "indications" / "own.yaml").write_text(text.replace("name: melanoma\n", "name: own\n", 1))
    (folder / "indications" / "own.posterior.csv").write_text(DRAWS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ABSCOPAL_CATALOGUE", str(folder))
        patch.setattr(finish, "write_run", without_report)
        yield


def own(folder, **options):
    return order(folder, **{"protocol": OWN, "n": N, "pool": 9} | options)


@pytest.fixture(scope="module")
def done(_own, tmp_path_factory):
    """Two of the three draws, run in this process."""
    folder, told = tmp_path_factory.mktemp("draws") / "out", []
    run_draws(own(folder), NUMBERS, lambda stage, share: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1
    return folder


@pytest.mark.parametrize(("count", "shipped", "expected"), [(2, 4, (1, 3)), (4, 4, (1, 2, 3, 4)), (3, 10, (1, 4, 7))])
def test_draws_are_evenly_spaced_over_those_shipped(count, shipped, expected):
    assert chosen(count, shipped) == expected


def test_more_draws_than_are_shipped_are_refused_with_their_number():
    with pytest.raises(InputError, match="from 2 to 3, the draws that are shipped, got 4"):
        chosen(4, 3)


@pytest.mark.usefixtures("_own")
def test_an_indication_without_a_posterior_is_refused_with_those_that_have_one():
    with pytest.raises(InputError, match=r"own.*got dlbcl"):
        posterior_of("dlbcl")


def test_each_draw_is_an_ordinary_run_whose_manifest_and_plan_hold_its_values(done):
    for number in NUMBERS:
        folder = draw_folder(done, number)
        values = catalogue.posterior("own").draw(number)
        manifest = json.loads((folder / "manifest.json").read_text())
        assert manifest["draw"] == {"number": number, "values": values}
        assert (read_plan(folder).draw, read_plan(folder).values) == (number, values)
        assert json.loads((folder / "summary.json").read_text())["n"] == N
    assert hashes(draw_folder(done, 1)) != hashes(draw_folder(done, 3))


def test_finished_draws_are_not_run_again(done, monkeypatch):
    monkeypatch.setattr(drawing, "run", None)
    run_draws(own(done, resume=True), NUMBERS)


def test_draws_there_are_gone_on_with_only_when_asked_and_nothing_else_is_touched(done, tmp_path):
    with pytest.raises(InputError, match="--resume to go on"):
        require_place(done, resume=False)
    (tmp_path / "thesis.doc").touch()
    with pytest.raises(InputError, match=r"thesis\.doc"):
        require_place(tmp_path, resume=True)


def test_a_draw_is_not_continued_as_another_or_as_the_shipped_numbers(done):
    mine = orders(own(done), NUMBERS, posterior_of("own"))[0]
    other = own(mine.folder, resume=True, draw=3, values=posterior_of("own").draw(3))
    with pytest.raises(InputError, match=r"draw 1 for 3.*parameters.growth.center 0.01 for 0.02"):
        run(other)
    with pytest.raises(InputError, match="draw 1 for 0"):
        run(own(mine.folder, resume=True))


def test_the_same_candidates_are_in_every_draw_and_subjects_are_told_by_their_numbers(done):
    first, second = (candidates_of(draw_folder(done, number)) for number in NUMBERS)
    assert len(first) == len(second) == N
    assert len(set(first) & set(second)) > N / 3


def test_draws_predict_together_for_a_trial_of_the_protocols_size(done):
    found = combine(done, [draw_folder(done, number).name for number in NUMBERS])
    assert is_prediction(done)
    assert found.prediction.planned == planned_sizes(OWN) == {"a": 20.0, "b": 40.0}
    told = json.loads((done / "prediction.json").read_text())
    assert told["numbers"] == list(NUMBERS)
    assert told["fitted"] == ["parameters.growth.center", "shared.ctla4_hold"]
    shares = [json.loads((draw_folder(done, k) / "summary.json").read_text())["arms"]["b"]["dcr"] for k in NUMBERS]
    row = next(row for row in told["endpoints"] if (row["group"], row["key"]) == ("b", "dcr"))
    assert row["value"] == pytest.approx(sum(shares) / 2)
    assert row["errors"]["discrepancy"] is None
    assert "not medical advice" in (done / "prediction.html").read_text()


def test_shares_of_draws_merged_predict_the_same(done, tmp_path):
    for part in (1, 2):
        run_draws(own(tmp_path / str(part), part=part, parts=2), NUMBERS)
    merged = merge_draws([tmp_path / "2", tmp_path / "1"], tmp_path / "whole")
    whole = combine(done, [draw_folder(done, number).name for number in NUMBERS])
    assert merged.prediction.plain() == whole.prediction.plain()
    assert hashes(draw_folder(tmp_path / "whole", 1)) == hashes(draw_folder(done, 1))


def test_a_process_runs_a_draw_from_the_words_it_is_given(done, tmp_path, monkeypatch):
    from abscopal.runs import draw_worker, processes

    monkeypatch.setattr(processes.signal, "signal", lambda *what: None)
    (tmp_path / "protocol.yaml").write_text(to_yaml(OWN))
    mine = orders(own(tmp_path, pool=500), [3], posterior_of("own"))[0]
    words = drawing._command(mine, 1)
    assert words[3] == "abscopal.runs.draw_worker"
    draw_worker.main(*words[4:])
    assert read_plan(mine.folder).values == posterior_of("own").draw(3)


def test_progress_of_processes_is_told_from_the_shards_they_leave(done):
    mine, told = orders(own(done), NUMBERS, posterior_of("own")), []
    drawing._told(mine, read_plan(mine[0].folder), 0.0, 2, lambda stage, share: told.append((stage, share)))()
    assert told == [("2 of 2 draws, running the trial", 1.0)]


def test_a_shard_that_does_not_tell_its_candidates_is_an_integrity_error(done, tmp_path):
    source, copy = draw_folder(done, 1), tmp_path / "copy"
    (copy / "shards" / "0000").mkdir(parents=True)
    plan = json.loads((source / "run.json").read_text())
    (copy / "run.json").write_text(json.dumps(plan | {"shards": plan["shards"][:1]}))
    record = json.loads((source / "shards" / "0000" / "shard.json").read_text())
    (copy / "shards" / "0000" / "shard.json").write_text(json.dumps(record | {"candidates": []}))
    with pytest.raises(IntegrityError, match="candidate number"):
        candidates_of(copy)
