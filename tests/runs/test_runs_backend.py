"""What a run was computed on is part of its plan: kept, told in the manifest, and never changed half-way."""

import json

import pytest
from small_trial import hashes, small_run

from abscopal.errors import InputError
from abscopal.runs.merge import merge

pytestmark = pytest.mark.usefixtures("_no_report")


def claim(folder, backend):
    """Rewrite a plan as if the run had been computed on something else."""
    path = folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"backend": backend}))


def test_the_manifest_names_the_backend(tmp_path):
    small_run(tmp_path / "run")
    assert json.loads((tmp_path / "run" / "manifest.json").read_text())["solver"]["backend"] == "cpu"


def test_a_run_begun_on_a_gpu_is_not_continued_on_the_cpu(tmp_path):
    small_run(tmp_path / "run")
    claim(tmp_path / "run", "cuda")
    with pytest.raises(InputError, match="backend cuda for cpu"):
        small_run(tmp_path / "run", resume=True)


def test_shares_computed_on_gpus_are_merged_where_there_is_none_and_never_with_those_of_a_cpu(tmp_path, whole):
    shares = [tmp_path / "1", tmp_path / "2"]
    for part, folder in enumerate(shares, 1):
        small_run(folder, part=part, parts=2)
    claim(shares[0], "cuda")
    with pytest.raises(InputError, match="backend c"):
        merge(shares, tmp_path / "whole")
    claim(shares[1], "cuda")
    merge(shares, tmp_path / "whole")
    assert json.loads((tmp_path / "whole" / "manifest.json").read_text())["solver"]["backend"] == "cuda"
    assert hashes(tmp_path / "whole") == whole
