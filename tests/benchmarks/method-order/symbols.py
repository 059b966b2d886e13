"""Reads the methods of a published program from its file of debug symbols, PROGRAM.dbg. Requires readelf."""

import subprocess


def read_methods(program):
    """Returns the offset and size of the program's managed code in memory, and a dictionary {offset: mangled name} of its methods."""
    section = next((line for line in readelf("-SW", program) if " __managedcode " in line), None)
    if section is None:
        raise SystemExit(f"{program} is not a native program of .NET.")
    # "[ 1] NAME TYPE ADDRESS OFFSET SIZE …", in hexadecimal
    fields = section.split("]", 1)[1].split()
    start, size = int(fields[2], 16), int(fields[4], 16)
    methods = {}
    # "NUMBER: ADDRESS SIZE TYPE BINDING VISIBILITY SECTION NAME"
    for fields in map(str.split, readelf("-sW", program + ".dbg")):
        if len(fields) == 8 and fields[3] == "FUNC" and start <= int(fields[1], 16) < start + size:
            offset, name = int(fields[1], 16), fields[7]
            # Methods that the runtime's native code calls also have a short name. The list contains the mangled name, which is longer.
            methods[offset] = max(methods.get(offset, ""), name, key=len)
    if not methods:
        raise SystemExit(f"{program}.dbg contains no managed methods.")
    return start, size, methods


def readelf(option, file):
    result = subprocess.run(["readelf", option, file], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"readelf cannot read {file}. {result.stderr.strip()}")
    return result.stdout.splitlines()
