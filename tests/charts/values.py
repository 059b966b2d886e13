"""Checks the values: values.schema.json describes each of them, and the other lists of values follow from it."""
import concurrent.futures
import json
import os
import re

import yaml

from chart import CHART, HELMS, OPERATOR, RENDERS, REPOSITORY, check, compare, helm, node_at

SOURCE = REPOSITORY / "charts/clik2pay-sidecar"
WIDTH = 120


def schema():
    return json.loads((SOURCE / "values.schema.json").read_text())


def defaults():
    return yaml.safe_load((SOURCE / "values.yaml").read_text())


def resolved(node):
    return schema()["definitions"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node


def is_group(node):
    """Whether the schema describes the values in an object instead of the object."""
    return "properties" in node and "description" not in node


def described():
    """Yields key, default and description of each value, in the order of the schema."""

    def walk(node, values, path):
        for key, value in node["properties"].items():
            if key not in values:
                continue
            if is_group(value):
                yield from walk(value, values[key], [*path, key])
            elif "description" in value:
                yield ".".join([*path, key]), values[key], value["description"]

    return walk(schema(), defaults(), [])


@check("every value has an effect")
def _():
    values_schema = schema()
    candidates = {
        "boolean": [True, False],
        "integer": [7],
        "number": [0.5, 0.02],
        "string": ["x", "https://x.example", "7s", "7%", "sha256:" + "7" * 64, "/x", ""],
        "object": [
            {"x": "y"},
            {"Routes": {"x": {}}},
            {"x": {"environment": "Sandbox", "credentials": {"existingSecret": "x"}}},
            {"periodSeconds": 7},
            {"x": {"port": 7}},
            {"Clik2paySidecarDown": "x"},
            {"x": {"tokens": {"existingSecret": "x"}, "operations": ["read"]}},
        ],
        "array": [
            [{"name": "x", "mountPath": "/x"}],
            [7],
            ["Clik2paySidecarDown"],
            [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}],
        ],
    }

    def values_for(key):
        *path, name = key.split(".")
        node = node_at(values_schema, path)["properties"][name]
        node = resolved(node)
        kinds = node.get("type", [])
        found = [value for kind in ([kinds] if isinstance(kinds, str) else kinds) for value in candidates.get(kind, [])]
        is_allowed = lambda value: not isinstance(value, str) or re.search(node.get("pattern", ""), value)
        return node.get("enum") or list(filter(is_allowed, found))

    def depth(render, key):
        """How much of a key the values of a render set. The more, the likelier a change of the key has an effect."""
        found, values = 0, renders[render][1]
        for part in key.split("."):
            if not isinstance(values, dict) or part not in values:
                break
            found, values = found + 1, values[part]
        return found

    def differs(key):
        for render in sorted(renders, key=lambda render: -depth(render, key)):
            before = renders[render][0]
            if any(text(*RENDERS[render][1], "--set-json", f"{key}={json.dumps(value)}") not in ("", before) for value in values_for(key)):
                return True
        return False

    def text(*arguments):
        # One version of helm, because there are many values, and other checks compare the versions.
        return helm("template", "pay", CHART, *OPERATOR, *arguments, programs=HELMS[:1]).stdout

    names = ("full", "inline-trial", "custom-environment", "service-monitor", "redis-inline", "callers", "autoscaling", "socket")
    renders = {name: (text(*RENDERS[name][1]), yaml.safe_load((CHART / f"ci/{name}-values.yaml").read_text())) for name in names}
    assert all(before for before, _ in renders.values())
    keys = [key for key, _, _ in described()]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        unused = [key for key, found in zip(keys, pool.map(differs, keys)) if not found]
    assert not unused, f"no effect: {unused}"


@check("every value has a description in the schema, and the schema contains no other values")
def _():
    def leaves(node, values, path=()):
        assert path == () or set(node["properties"]) == set(values), f"{'.'.join(path)}: {set(node['properties']) ^ set(values)}"
        for key, value in node["properties"].items():
            if is_group(value):
                yield from leaves(value, values[key], (*path, key))
            elif "description" not in value:
                yield ".".join((*path, key))

    missing = list(leaves(schema(), defaults()))
    assert not missing, f"no description: {missing}"


# A null in a values file deletes the default. Without these lists, templates would render the missing value as 0, false or nothing.
@check("the schema requires each value that has a default, so that a null is refused")
def _():
    def require(node, values):
        can_be_null = lambda key: values[key] is None or "null" in resolved(node["properties"][key]).get("type", "")
        names = [key for key in node["properties"] if key in values and not can_be_null(key)]
        items = {key: value for key, value in node.items() if key != "required"}
        at = list(items).index("properties")
        node = dict([*list(items.items())[:at], ("required", names), *list(items.items())[at:]])
        node["properties"] = {
            key: require(value, values[key]) if is_group(value) else value for key, value in node["properties"].items()
        }
        return node

    compare(SOURCE / "values.schema.json", "\n".join(lines_of(require(schema(), defaults()), 0)) + "\n")


def lines_of(node, indent, prefix="", suffix=""):
    """Formats JSON. Objects and lists that are short stay on one line, except those that list several values."""
    text = prefix + json.dumps(node, ensure_ascii=False) + suffix
    is_long = indent + len(text) > WIDTH or (isinstance(node, dict) and len(node.get("properties", {})) > 1)
    if not is_long or not isinstance(node, (dict, list)):
        yield " " * indent + text
    elif isinstance(node, dict):
        yield " " * indent + prefix + "{"
        for at, (key, value) in enumerate(node.items()):
            yield from lines_of(value, indent + 2, f"{json.dumps(key)}: ", "," if at < len(node) - 1 else "")
        yield " " * indent + "}" + suffix
    else:
        yield " " * indent + prefix + "["
        for at, value in enumerate(node):
            yield from lines_of(value, indent + 2, "", "," if at < len(node) - 1 else "")
        yield " " * indent + "]" + suffix


@check("the comments in values.yaml are the descriptions in the schema")
def _():
    lines, stack = [], []
    descriptions = {key: description for key, _, description in described()}
    for line in (SOURCE / "values.yaml").read_text().splitlines():
        if line.strip().startswith("# -- "):
            continue
        if match := re.match(r"( *)([A-Za-z]\w*):", line):
            stack = [*stack[: len(match[1]) // 2], match[2]]
            if ".".join(stack) in descriptions:
                lines.append(f"{match[1]}# -- {descriptions['.'.join(stack)]}")
        lines.append(line)
    compare(SOURCE / "values.yaml", "\n".join(lines) + "\n")


SECTION = "Section: "


def sections():
    """Returns the names of the top-level values by section. A section begins at the value whose $comment in the schema names it."""
    found = {}
    for key, node in schema()["properties"].items():
        comment = node.get("$comment", "")
        if comment.startswith(SECTION):
            names = found[comment.removeprefix(SECTION)] = []
        names.append(key)
    return found


@check("values.yaml has the sections and the order of the schema")
def _():
    shown = re.findall(r"^(?:## (.+)|([A-Za-z]\w*):.*)$", (SOURCE / "values.yaml").read_text(), flags=re.M)
    expected = [entry for section, keys in sections().items() for entry in ((section, ""), *(("", key) for key in keys))]
    assert shown == expected, f"{[pair for pair in zip(shown, expected) if pair[0] != pair[1]][:1]}"


@check("the tables of values in the chart's README are those of the schema")
def _():
    rows = {}
    for key, value, text in described():
        row = f"| `{key}` | {cell(value)} | {text.replace('|', chr(92) + '|')} |\n"
        rows.setdefault(key.partition(".")[0], []).append(row)
    tables = [
        f"\n### {section}\n\n| key | default | |\n|---|---|---|\n" + "".join("".join(rows.get(key, [])) for key in keys)
        for section, keys in sections().items()
    ]
    prose, values, rest = (SOURCE / "README.md").read_text().partition("\n## Values\n")
    compare(SOURCE / "README.md", prose + values + rest.partition("\n### ")[0] + "".join(tables))


def cell(value):
    if value in ("", None, [], {}):
        return ""
    return f"`{json.dumps(value)}`" if not isinstance(value, dict) else "see values.yaml"
