"""The bar that long work shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from abscopal.cli.app import console


@contextmanager
def progress_bar(subjects: int, *, hidden: bool) -> Iterator[Callable[[str, float], None]]:
    """Show a bar with rate and time left on standard error; give a function of the stage and the share of it done."""
    if hidden:
        yield lambda stage, share: None
        return
    from rich import progress as parts

    columns = (
        parts.TextColumn("{task.description}"), parts.BarColumn(), parts.TaskProgressColumn(),
        parts.TextColumn("{task.fields[rate]}"), parts.TextColumn("elapsed"), parts.TimeElapsedColumn(),
        parts.TextColumn("left"), parts.TimeRemainingColumn(),
    )  # fmt: skip
    with parts.Progress(*columns, console=console(stderr=True)) as bar:
        task = bar.add_task("preparing", total=subjects, rate="")

        def update(stage: str, share: float) -> None:
            speed = bar.tasks[0].speed
            rate = f"{speed:,.0f} subjects/s" if speed else ""
            done = share * subjects if stage.endswith("running the trial") else None
            bar.update(task, completed=done, description=stage, rate=rate)

        yield update
        bar.update(task, completed=subjects, description="done")


@contextmanager
def stages_bar(*, hidden: bool) -> Iterator[Callable[[str, float], None]]:
    """Show a bar with time left on standard error; give a function of the stage and the share of the whole done."""
    if hidden:
        yield lambda stage, share: None
        return
    from rich import progress as parts

    columns = (
        parts.TextColumn("{task.description}"), parts.BarColumn(), parts.TaskProgressColumn(),
        parts.TextColumn("elapsed"), parts.TimeElapsedColumn(), parts.TextColumn("left"), parts.TimeRemainingColumn(),
    )  # fmt: skip
    with parts.Progress(*columns, console=console(stderr=True), speed_estimate_period=600) as bar:
        task = bar.add_task("preparing", total=1.0)
        yield lambda stage, share: bar.update(task, completed=share, description=stage)
        bar.update(task, completed=1.0, description="done")


@contextmanager
def entries_bar(*, hidden: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show how many of several entries are done; give a function of the entry, the number done and that of all."""
    if hidden:
        yield lambda name, done, count: None
        return
    from rich import progress as parts

    columns = (
        parts.BarColumn(), parts.MofNCompleteColumn(), parts.TextColumn("{task.description}"),
        parts.TextColumn("elapsed"), parts.TimeElapsedColumn(),
    )  # fmt: skip
    with parts.Progress(*columns, console=console(stderr=True)) as bar:
        task = bar.add_task("preparing", total=None)
        yield lambda name, done, count: bar.update(task, completed=done, total=count, description=name)
        bar.update(task, completed=bar.tasks[0].total or 0, description="done")
