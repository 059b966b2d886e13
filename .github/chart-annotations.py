#!/usr/bin/env python3
"""Prints the annotations with which Artifact Hub shows a release of the chart, as one JSON object. Annotations are texts that contain JSON.

Usage: .github/chart-annotations.py VERSION IMAGE REPOSITORY   REPOSITORY is the URL of the repository, and IMAGE contains a digest.
"""
import json
import pathlib
import re
import subprocess
import sys

version, image, repository = sys.argv[1:]
notes = subprocess.run([pathlib.Path(__file__).parent / "release-notes.sh", version], check=True, capture_output=True, text=True).stdout

# The kinds of changes that Artifact Hub and Keep a Changelog have in common.
changes = []
for section in re.split("^### ", notes, flags=re.M)[1:]:
    kind, _, items = section.partition("\n")
    for item in re.split("^- ", items, flags=re.M)[1:]:
        text = re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", " ".join(item.split()))
        changes.append({"kind": kind.strip().lower(), "description": text})

annotations = {
    "artifacthub.io/changes": changes,
    "artifacthub.io/images": [{"name": "clik2pay-sidecar", "image": image, "platforms": ["linux/amd64", "linux/arm64"]}],
    "artifacthub.io/links": [
        {"name": "Documentation", "url": f"{repository}/blob/v{version}/docs/README.md"},
        {"name": "source", "url": repository},
        {"name": "support", "url": f"{repository}/blob/v{version}/SUPPORT.md"},
    ],
    "artifacthub.io/prerelease": "-" in version,
    "artifacthub.io/containsSecurityUpdates": any(change["kind"] == "security" for change in changes),
}
json.dump({name: json.dumps(value, ensure_ascii=False) for name, value in annotations.items()}, sys.stdout, ensure_ascii=False, indent=2)
