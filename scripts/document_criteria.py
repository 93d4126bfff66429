"""Write the rules of every response criterion into docs/response-criteria.md, between its two markers.

python scripts/document_criteria.py            # write
python scripts/document_criteria.py --check    # exit 1 when the page is not what would be written
"""

import importlib
import pkgutil
import sys
from operator import attrgetter
from pathlib import Path

import abscopal.clinic.criteria
from abscopal.clinic.criteria.criterion import LABELS

PAGE = Path(__file__).parents[1] / "docs" / "response-criteria.md"
BEGIN, END = "<!-- criteria: begin -->\n", "<!-- criteria: end -->"
TABLES = {"target_rules": "Targets", "nontarget_rules": "Non-targets", "rules": "Overall"}


def main():
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    written = before + BEGIN + "".join(map(section, modules())) + "\n" + END + after
    if "--check" in sys.argv:
        sys.exit(0 if written == text else f"{PAGE} is out of date: run python scripts/document_criteria.py")
    PAGE.write_text(written, encoding="utf-8")


def modules():
    """Return the modules that declare a criterion, by its name."""
    names = [m.name for m in pkgutil.iter_modules(abscopal.clinic.criteria.__path__)]
    found = [importlib.import_module(f"abscopal.clinic.criteria.{name}") for name in names]
    return sorted((m for m in found if hasattr(m, "criterion")), key=lambda m: m.criterion.name.lower())


def section(module):
    """Return one criterion of the page: what it is, the columns it needs, its rules, its numbers."""
    criterion = module.criterion
    parts = [f"\n## {criterion.name}\n\n{module.__doc__.strip()}\n"]
    for words, columns in (("Needs", criterion.needs), ("Makes use of", criterion.reads)):
        if columns:
            parts.append(f"\n{words} {', '.join(f'`{name}`' for name in columns)}.\n")
    parts += [rules(title, getattr(criterion, name)) for name, title in TABLES.items() if hasattr(criterion, name)]
    return "".join([*parts, numbers(criterion, getattr(module, "SOURCES", {}))])


def rules(title, table):
    """Return a table of rules, in order."""
    rows = "".join(
        f"| {number} | {LABELS[rule.response]} | {rule.sentence} | {rule.section} |\n"
        for number, rule in enumerate(table, start=1)
    )
    return f"\n**{title}**\n\n| | response | when | guideline |\n| --- | --- | --- | --- |\n{rows}"


def numbers(criterion, sources):
    """Return the numbers of a criterion with their values, where they are its fields, and their sources."""
    rows = "".join(f"| {name} | {value(criterion, name)} | {source} |\n" for name, source in sources.items())
    return f"\n**Numbers**\n\n| | value | source |\n| --- | --- | --- |\n{rows}" if rows else ""


def value(criterion, name):
    """Return the value of a field in words; nothing for what is not one number."""
    try:
        found = attrgetter(name)(criterion)
    except AttributeError:
        return ""
    return found if isinstance(found, int | float | str) else ""


if __name__ == "__main__":
    main()
