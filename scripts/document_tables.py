"""Write the columns of the declared tables into docs/run-folder.md, between its two markers.

python scripts/document_tables.py            # write
python scripts/document_tables.py --check    # exit 1 when the page is not what would be written
"""

import sys
from pathlib import Path

from abscopal.clinic.tables import SCHEMAS

PAGE = Path(__file__).parents[1] / "docs" / "run-folder.md"
BEGIN, END = "<!-- tables: begin -->\n", "<!-- tables: end -->"


def main():
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    written = before + BEGIN + "".join(map(section, SCHEMAS.values())) + "\n" + END + after
    if "--check" in sys.argv:
        sys.exit(0 if written == text else f"{PAGE} is out of date: run python scripts/document_tables.py")
    PAGE.write_text(written, encoding="utf-8")


def section(schema):
    """Return one table of the page: name, label, columns."""
    rows = "".join(f"| {c.name} | {c.kind} | {c.unit} | {c.label} |\n" for c in schema.columns)
    return f"\n### {schema.name}\n\n{schema.label}.\n\n| column | kind | unit | |\n| --- | --- | --- | --- |\n{rows}"


if __name__ == "__main__":
    main()
