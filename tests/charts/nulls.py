"""Checks that a null or a wrong type never renders silently as 0, false or nothing. A null in a values file deletes the default.

Many keys share one command, because helm lists all errors of the schema at once.
"""
import concurrent.futures
import json
import os
import re
import tempfile

from chart import CHART, MINIMAL, ROOT, SHOP, UNDER, check, error_of, helm, json_arguments
from values import defaults, is_group, resolved, schema

FOLDER = ROOT / "nulls"
PROFILE = {"environment": "Sandbox", "credentials": {"existingSecret": "s"}}
CALLER = {"tokens": {"existingSecret": "s"}, "operations": ["read"]}


def can_be_null(node):
    """Whether a null clears the value. Other values would lose a default that the templates need."""
    return "null" in resolved(node).get("type", ())


WRONG = {"string": 7, "integer": "x", "number": "x", "boolean": "x", "array": "x", "object": "x"}


def nodes(node, values, path=()):
    """Yields path, default and schema of each key that has a place in values.yaml."""
    for key, value in node["properties"].items():
        if key in values:
            yield (*path, key), values[key], value
            if is_group(value):
                yield from nodes(value, values[key], (*path, key))


def missing_in(message, paths):
    """Returns the paths that a message of helm 3 or helm 4 does not name."""

    def is_named(path):
        parent, name = path[:-1], path[-1]
        helm_3 = rf"^- (\w|-|\.)*{re.escape('.'.join(parent) or '(root)')}: {name} is required$|^- {re.escape('.'.join(path))}: "
        helm_4 = rf"^ *- at '{'/'.join(('', *parent))}': missing propert.*'{name}'|^ *- at '{'/'.join(('', *path))}': "
        return re.search(f"{helm_3}|{helm_4}", message, re.MULTILINE)

    return [".".join(path) for path in paths if not is_named(path)]


@check("a null is refused with the name of its key, or keeps the default")
def _():
    described = [(path, value, node) for path, value, node in nodes(schema(), defaults()) if path[0] != "global"]
    keys = [(path, value) for path, value, node in described if not can_be_null(node)]
    refused = [path for path, value in keys if not isinstance(value, dict)]
    groups = [[path for path, value in keys if isinstance(value, dict) and len(path) == depth] for depth in (1, 2, 3)]
    # Both charts need their credentials.
    others = (("replicaCount",), ("credentials", "existingSecret"))
    allowed = [path for path, _, node in described if can_be_null(node) and path not in others]
    for chart, more, prefix in ((CHART, MINIMAL, ""), (SHOP, [], UNDER)):
        for paths in (refused, *groups):
            messages = error_of(chart, *more, *json_arguments({".".join(path): None for path in paths}, prefix))
            for message in messages:
                missing = missing_in(message, paths)
                assert not missing, f"not named: {missing}\n{message}"
        before = helm("template", "pay", chart, *more)
        after = helm("template", "pay", chart, *more, *json_arguments({".".join(path): None for path in allowed}, prefix))
        assert after.returncode == 0, after.stderr
        if chart == CHART:  # The example sets app.port.
            assert after.stdout == before.stdout
    # For an autoscaler.
    assert "replicas:" not in helm("template", "pay", CHART, *MINIMAL, *json_arguments({"replicaCount": None})).stdout


@check("a null in a profile, a listener or a caller is refused with the name of its key")
def _():
    definitions = schema()["definitions"]
    entries = {"profiles": ("profile", PROFILE), "listeners": ("listener", {"port": 8082}), "callers": ("caller", CALLER)}
    for chart, more, prefix in ((CHART, MINIMAL, ""), (SHOP, [], UNDER)):
        values = {
            group: {"x": {key: None for key, node in definitions[name]["properties"].items() if not can_be_null(node)}}
            for group, (name, _) in entries.items()
        }
        paths = [(group, "x", key) for group, entry in values.items() for key in entry["x"]]
        values["profiles"]["y"] = {**PROFILE, "ca": {"key": None}, "credentials": {"existingSecret": "s", "keys": {"apiKey": None}}}
        values["callers"]["y"] = {**CALLER, "tokens": {"keys": None}}
        paths += [("profiles", "y", "ca", "key"), ("profiles", "y", "credentials", "keys", "apiKey")]
        paths += [("callers", "y", "tokens", "keys")]
        for message in error_of(chart, *more, *json_arguments(values, prefix)):
            missing = missing_in(message, paths)
            assert not missing, f"not named: {missing}\n{message}"


@check("a wrong type is refused with the name of its key")
def _():
    wrong = {}
    for path, _, node in nodes(schema(), defaults()):
        node = resolved(node)
        if is_group(node) or path[0] == "global":
            continue
        kinds = node.get("type", "string")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        wrong[path] = [{}] if len(set(kinds) - {"null"}) > 1 else WRONG[kinds[0]]
    for chart, more, prefix in ((CHART, MINIMAL, ""), (SHOP, [], UNDER)):
        for message in error_of(chart, *more, *json_arguments({".".join(path): value for path, value in wrong.items()}, prefix)):
            missing = missing_in(message, wrong)
            assert not missing, f"not named: {missing}\n{message}"


# The places of one source, of which a values file sets one and a later values file another.
SOURCES = {
    ("credentials",): ("existingSecret", "volume", "directory"),
    ("redis",): ("existingSecret", "volume", "directory", "connectionString"),
    ("redis", "ca"): ("caSecret", "caVolume", "caDirectory"),
    ("redis", "auth"): ("existingSecret", "volume", "directory"),
    ("redis", "sentinelAuth"): ("existingSecret", "volume", "directory"),
    ("redis", "clientCertificate"): ("existingSecret", "volume", "directory"),
    ("callerToken",): ("existingSecret", "volume", "directory"),
    ("ca",): ("configMap", "secret", "volume", "directory"),
    ("profiles", "x", "credentials"): ("existingSecret", "volume", "directory"),
    ("profiles", "x", "ca"): ("configMap", "secret", "volume", "directory"),
    ("callers", "x", "tokens"): ("existingSecret", "volume", "directory"),
}


def layer(group, values):
    """Returns the values with those of one group. The names in redis.ca are values of redis itself."""
    for name in reversed(group[:-1] if group == ("redis", "ca") else group):
        values = {name: values}
    return values


def base_of(group):
    """The values that the places of a group need."""
    values = {"redis": {"connectionString": "r:1"}} if group[0] == "redis" and len(group) > 1 else {}
    if group[0] == "profiles":
        values = {"profiles": {"x": PROFILE if group[-1] == "ca" else {"environment": "Sandbox"}}}
    return {"callers": {"x": {"operations": ["read"]}}} if group[0] == "callers" else values


@check("a later values file replaces the source of an earlier one with null, for a field of a volume too")
def _():
    first = {"volume": {"csi": {"driver": "first"}}, "directory": "/first"}
    second = {"volume": {"csi": {"driver": "second"}}, "directory": "/second"}
    value = lambda values, place: values.get(place.removeprefix("ca").lower(), "other")
    cases = [
        (group, earlier, later, clearing)
        for group, places in SOURCES.items()
        for earlier, later in zip(places, places[1:] + places[:1])
        for clearing in ([None, {"csi": None}] if "olume" in earlier else [None])
    ]

    def files(values):
        return [text for each in values for text in ("-f", written(each))]

    def written(values):
        with tempfile.NamedTemporaryFile("w", dir=FOLDER, suffix=".json", delete=False) as file:
            json.dump(values, file)
        return file.name

    def fault(case):
        group, earlier, later, clearing = case
        kept = {later: value(second, later)}
        for chart, prefix, more in ((CHART, "", MINIMAL), (SHOP, UNDER, [])):
            under = lambda values: {prefix[:-1]: values} if prefix else values
            base = base_of(group)
            clear = {"existingSecret": None} if group == ("credentials",) else {}
            start = files([under(base), under(layer(group, {**clear, earlier: value(first, earlier)}))])
            changed = helm("template", "pay", chart, *more, *start, *files([under(layer(group, {earlier: clearing, **kept}))]))
            alone = helm("template", "pay", chart, *more, *files([under(base), under(layer(group, {**clear, **kept}))]))
            both = helm("template", "pay", chart, *more, *start, *files([under(layer(group, kept))]))
            if alone.returncode or changed.returncode or alone.stdout != changed.stdout:
                return f"{case}: {alone.stderr}{changed.stderr}"
            if later != "connectionString" and earlier != "connectionString" and "set it to null" not in both.stderr:
                return f"{case}, without null: {both.stderr}"
        return ""

    FOLDER.mkdir()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(filter(None, pool.map(fault, cases)))
    assert not found, f"{len(found)} of {len(cases)}:\n" + "\n".join(found[:5])
