"""The process that replays one trial: `python -m abscopal.validation.worker NAME SUBJECTS SEED FOLDER DRAW`."""

from __future__ import annotations

import sys
from pathlib import Path

from abscopal import catalogue
from abscopal.runs.processes import as_a_process
from abscopal.validation.replay import Replay, replay


def main(name: str, subjects: str, seed: str, folder: str, draw: str) -> None:
    """Replay a trial; asked to terminate, leave what can be resumed."""
    with as_a_process():
        replay(Replay(name, catalogue.load_protocol(name), int(subjects), int(seed), Path(folder), int(draw)))


if __name__ == "__main__":
    main(*sys.argv[1:])
