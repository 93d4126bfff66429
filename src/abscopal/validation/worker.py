"""The process that replays one trial: `python -m abscopal.validation.worker NAME SUBJECTS SEED FOLDER DRAW`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from abscopal import catalogue
from abscopal.errors import InputError
from abscopal.validation.replay import Replay, replay


def main(name: str, subjects: str, seed: str, folder: str, draw: str) -> None:
    """Replay a trial; asked to terminate, leave what can be resumed."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        replay(Replay(name, catalogue.load_protocol(name), int(subjects), int(seed), Path(folder), int(draw)))
    except KeyboardInterrupt:
        sys.exit(3)
    except InputError as error:
        sys.exit("\n".join(str(problem) for problem in error.problems))


if __name__ == "__main__":
    main(*sys.argv[1:])
