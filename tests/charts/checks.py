"""Checks the chart: renders it with helm and different values, and checks the parsed YAML.

Usage: checks.py [--update] ROOT   ROOT contains charts/ and examples/, with the dependencies of the example.
Prints a line "passed NAME", "skipped NAME" or "failed NAME" for each check, after the cause of a failure.
--update rewrites the golden renders and the table of values in the chart's README.
"""
import importlib
import pathlib

from chart import CHECKS, Skip

# Each module in this folder registers its checks.
for path in sorted(pathlib.Path(__file__).parent.glob("*.py")):
    if path.stem != "checks":
        importlib.import_module(path.stem)

for name, function in CHECKS:
    try:
        function()
        print(f"passed {name}")
    except Skip as e:
        print(f"skipped {name} ({e})")
    except Exception as e:  # A missing key fails the check too.
        print(e if isinstance(e, AssertionError) else f"{type(e).__name__}: {e}")
        print(f"failed {name}")
