"""Checks that the methods of a list exist in a published program, and that the program was compiled with the list.

Usage: check.py LIST PROGRAM LEAST   LIST contains one mangled name per line. LEAST is the minimum percentage of the listed names that
must exist in the program. The exit code is 1 if fewer names exist, or if the program does not begin with the first existing one.
"""

import sys

from symbols import read_methods

path, program, least = sys.argv[1], sys.argv[2], float(sys.argv[3])
with open(path) as file:
    listed = file.read().splitlines()
methods = read_methods(program)[2]
names = set(methods.values())
existing = [name for name in listed if name in names]
percent = 100 * len(existing) / len(listed) if listed else 0
print(f"{len(existing)} of {len(listed)} listed methods exist in the program ({percent:.1f}%).")
if percent < least:
    sys.exit(f"At least {least:g}% must exist. Regenerate {path} with tests/benchmarks/method-order.sh.")
first = methods[min(methods)]
if first != existing[0]:
    sys.exit(f"The program was compiled without {path}: it begins with {first} instead of {existing[0]}. Publish it again.")
