"""Parses each YAML block of Markdown files.

Usage: manifests.py FILE…
A document with apiVersion must have a kind and, unless it is a kustomization, a name. A file without YAML blocks is an error. Otherwise,
the check would pass if the language of the blocks changed.
"""
import pathlib
import re
import sys

import yaml


def blocks(text):
    return re.findall(r"^ *```yaml\n(.*?)^ *```$", text, flags=re.M | re.S)


def errors_of(path):
    found = blocks(path.read_text())
    if not found:
        yield f"{path}: no YAML block"
    for number, block in enumerate(found, 1):
        try:
            documents = [document for document in yaml.safe_load_all(block) if document is not None]
        except yaml.YAMLError as e:
            yield f"{path}, YAML block {number}: {e}"
            continue
        for document in documents:
            if not isinstance(document, dict):
                yield f"{path}, YAML block {number}: not a mapping"
            elif "apiVersion" in document and not (document.get("kind") and document.get("metadata", {}).get("name")):
                yield f"{path}, YAML block {number}: no kind or name"


errors = [error for path in map(pathlib.Path, sys.argv[1:]) for error in errors_of(path)]
print("\n".join(errors))
sys.exit(1 if errors else 0)
