"""Checks that a null or a wrong type never renders silently as 0, false or nothing. A null in a values file deletes the default.

Many keys share one command, because helm lists all errors of the schema at once.
"""
import json
import re

from chart import CHART, MINIMAL, SHOP, UNDER, check, error_of, helm
from values import defaults, is_group, schema

PROFILE = {"environment": "Sandbox", "credentials": {"existingSecret": "s"}}
CALLER = {"tokens": {"existingSecret": "s"}, "operations": ["read"]}
WRONG = {"string": 7, "integer": "x", "number": "x", "boolean": "x", "array": "x", "object": "x"}


def nodes(node, values, path=()):
    """Yields path, default and schema of each key that has a place in values.yaml."""
    for key, value in node["properties"].items():
        if key in values:
            yield (*path, key), values[key], value
            if is_group(value):
                yield from nodes(value, values[key], (*path, key))


def arguments_of(values, prefix):
    return [argument for key, value in values.items() for argument in ("--set-json", f"{prefix}{key}={json.dumps(value)}")]


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
    keys = [(path, value) for path, value, node in described if "null" not in node.get("type", ())]
    refused = [path for path, value in keys if not isinstance(value, dict)]
    groups = [[path for path, value in keys if isinstance(value, dict) and len(path) == depth] for depth in (1, 2, 3)]
    allowed = [path for path, value, _ in described if value is None]
    for chart, more, prefix in ((CHART, MINIMAL, ""), (SHOP, [], UNDER)):
        for paths in (refused, *groups):
            messages = error_of(chart, *more, *arguments_of({".".join(path): None for path in paths}, prefix))
            for message in messages:
                missing = missing_in(message, paths)
                assert not missing, f"not named: {missing}\n{message}"
        before = helm("template", "pay", chart, *more)
        after = helm("template", "pay", chart, *more, *arguments_of({".".join(path): None for path in allowed}, prefix))
        assert after.returncode == 0, after.stderr
        if chart == CHART:  # The example sets app.port.
            assert after.stdout == before.stdout
    # For an autoscaler.
    assert "replicas:" not in helm("template", "pay", CHART, *MINIMAL, *arguments_of({"replicaCount": None}, "")).stdout


@check("a null in a profile, a listener or a caller is refused with the name of its key")
def _():
    definitions = schema()["definitions"]
    entries = {"profiles": ("profile", PROFILE), "listeners": ("listener", {"port": 8082}), "callers": ("caller", CALLER)}
    for chart, more, prefix in ((CHART, MINIMAL, ""), (SHOP, [], UNDER)):
        values = {group: {"x": dict.fromkeys(definitions[name]["properties"])} for group, (name, _) in entries.items()}
        paths = [(group, "x", key) for group, entry in values.items() for key in entry["x"]]
        values["profiles"]["y"] = {**PROFILE, "ca": {"key": None}, "credentials": {"existingSecret": "s", "keys": {"apiKey": None}}}
        values["callers"]["y"] = {**CALLER, "tokens": {"existingSecret": None, "keys": None}}
        paths += [("profiles", "y", "ca", "key"), ("profiles", "y", "credentials", "keys", "apiKey")]
        paths += [("callers", "y", "tokens", "existingSecret"), ("callers", "y", "tokens", "keys")]
        for message in error_of(chart, *more, *arguments_of(values, prefix)):
            missing = missing_in(message, paths)
            assert not missing, f"not named: {missing}\n{message}"


@check("a wrong type is refused with the name of its key")
def _():
    wrong = {}
    for path, _, node in nodes(schema(), defaults()):
        node = schema()["definitions"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node
        if is_group(node) or path[0] == "global":
            continue
        kinds = node.get("type", "string")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        wrong[path] = [{}] if len(kinds) > 1 else WRONG[kinds[0]]
    for chart, more, prefix in ((CHART, MINIMAL, ""), (SHOP, [], UNDER)):
        for message in error_of(chart, *more, *arguments_of({".".join(path): value for path, value in wrong.items()}, prefix)):
            missing = missing_in(message, wrong)
            assert not missing, f"not named: {missing}\n{message}"
