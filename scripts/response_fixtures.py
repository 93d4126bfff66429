"""Copy the worked response fixtures out of the dossier of response criteria into the test data.

    python scripts/response_fixtures.py response_criteria.yaml tests/reference/data/response_fixtures.json

The dossier is not part of the project; the fixtures are (20 for RECIST 1.1, 10 for iRECIST).
"""

import json
import sys
from pathlib import Path

from ruamel.yaml import YAML


def fixtures(dossier):
    """Return the fixtures of both criteria with the note that says where they come from."""
    return {
        criteria: {key: dossier[section][key] for key in ("note", "citation", "cases")}
        for criteria, section in {"RECIST 1.1": "fixtures", "iRECIST": "fixtures_iRECIST"}.items()
    }


if __name__ == "__main__":
    dossier_path, target = map(Path, sys.argv[1:3])
    found = fixtures(YAML(typ="safe").load(dossier_path))
    target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"{target}: {sum(len(part['cases']) for part in found.values())} fixtures")
