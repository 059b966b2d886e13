"""What must hold of the chart, whatever its values: rendered with helm, asserted on the parsed YAML.

Usage: checks.py [--update] ROOT   ROOT holds charts/ and examples/, with the example's dependencies built.
Prints a line "passed NAME" or "failed NAME" for each check, and before a failure why.
--update renews the golden renders and the table of values in the chart's README.
"""
import pods, secrecy, settings, program, monitoring, refused, written  # noqa: F401 (each registers its checks)

from chart import CHECKS, Skip

for name, function in CHECKS:
    try:
        function()
        print(f"passed {name}")
    except Skip as e:
        print(f"skipped {name} ({e})")
    except Exception as e:  # a missing key is a failed check too
        print(e if isinstance(e, AssertionError) else f"{type(e).__name__}: {e}")
        print(f"failed {name}")
