"""`abscopal check`: whether the catalogue holds together."""

from __future__ import annotations

import json

import typer

from abscopal.cli.app import AsJson, app, exit_codes


@app.command("check")
@exit_codes
def check_command(as_json: AsJson = False) -> None:
    """Check the whole catalogue: units, names, sources, and that nothing lies unused."""
    from dataclasses import asdict

    from abscopal.check import check_catalogue

    findings = list(check_catalogue())
    broken = [finding for finding in findings if finding.problems]
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            print(f"{'wrong' if finding.problems else 'sound'}  {finding.kind} {finding.name}: {finding.detail}")
            for problem in finding.problems:
                print(f"       {problem}")
        print(f"{len(findings) - len(broken)} of {len(findings)} sound")
    if broken:
        raise typer.Exit(4)
