"""The command line: one module per command, which registers itself on `app`; `main` is the entry point."""
# ruff: noqa: I001 -- commands are imported in the order in which help lists them

from abscopal.cli import run
from abscopal.cli import merge
from abscopal.cli import assess
from abscopal.cli import catalogue
from abscopal.cli import gallery
from abscopal.cli import check
from abscopal.cli import new
from abscopal.cli import cost
from abscopal.cli import calibrate
from abscopal.cli import weigh
from abscopal.cli import validate
from abscopal.cli import sensitivity
from abscopal.cli import bench
from abscopal.cli.app import NOT_ADVICE, app, main
from abscopal.cli.catalogue import Kind

__all__ = [
    "NOT_ADVICE", "Kind", "app", "assess", "bench", "calibrate", "catalogue", "check", "cost", "gallery", "main",
    "merge", "new", "run", "sensitivity", "validate", "weigh",
]  # fmt: skip
