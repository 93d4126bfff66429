"""The process that runs one draw: `python -m abscopal.runs.draw_worker` and the words that `runs/draws.py` gives it."""

from __future__ import annotations

import sys
from pathlib import Path

from abscopal import catalogue
from abscopal.runs.draws import posterior_of
from abscopal.runs.processes import as_a_process
from abscopal.runs.run import Order, run


def main(protocol: str, folder: str, draw: str, seed: str, n: str, workers: str, share: str, backend: str) -> None:
    """Run a trial under a draw, or go on with it; asked to terminate, leave what can be resumed."""
    part, _, parts = share.partition("/")
    with as_a_process():
        planned = catalogue.load_protocol(Path(protocol))
        order = Order(
            planned, int(seed), int(n), Path(folder), int(workers), resume=True, part=int(part), parts=int(parts),
            backend="cuda" if backend == "cuda" else "cpu",
            draw=int(draw), values=posterior_of(planned.indication).draw(int(draw)),
        )  # fmt: skip
        run(order, note=lambda text: print(f"{order.folder.name}: {text}", file=sys.stderr))


if __name__ == "__main__":
    main(*sys.argv[1:])
