"""The small trial, run once without a break: what every other way to run it must give."""

import pytest
from small_trial import hashes, small_run, without_report

from abscopal.runs import finish


@pytest.fixture
def _no_report(monkeypatch):
    """Leave figures and report out: they have tests of their own and take longer than the rest."""
    monkeypatch.setattr(finish, "write_run", without_report)


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """Hashes of the tables of an uninterrupted run in one process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finish, "write_run", without_report)
        folder = tmp_path_factory.mktemp("runs") / "whole"
        small_run(folder)
        return hashes(folder)
