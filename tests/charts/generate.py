"""Generates values for the chart from values.schema.json, and the relations between values that the schema cannot express."""
import json
import re

import yaml

from chart import CHART

try:
    from re import _constants as kinds
    from re import _parser as parser
except ImportError:  # Python before 3.11.
    import sre_constants as kinds
    import sre_parse as parser

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
ALERTS = re.findall(r"alert: *(\w+)", (CHART / "files/alerts.yaml").read_text())

# Names that YAML reads as something else than a string if a template does not quote them. Each is a valid name in Kubernetes.
NAMES = ["42", "1e3", "0x1f", "017", "1.5", "no", "on", "null", "true", "y", "2001-01-01", "12e5", "a", "shop", "x-1", "pay.example"]
# Texts that break YAML if a template does not quote them.
TEXTS = [*NAMES, "", " ", "a: b", "it's", '"q"', "# no", "- x", "?", "ü", "a\nb", "a,b", "\\n"]
TEXTS += ["@x", "`x`", "%x", "*x", "&x", "!x", "|", "{a", "["]
IS_TEXT = re.compile(r"annotations|podAnnotations|command|args|inline|scope|connectionString", re.I)
VARIABLES = ["A", "TZ", "HTTPS_PROXY", "a.b-c", "no", "Y"]
# The names of entries in objects that have no fixed names, by the name of the object.
ENTRIES = {
    "strings": ["team", "example.com/cost-centre", "a.b", "x_1", "a-b"],
    "profile": ["shop", "pop-up_store", "42", "no", "1e3"],
    "listener": ["default", "socket", "42", "on"],
    "caller": ["till", "shop", "42", "true"],
}


def resolve(node):
    """Follows the reference of a schema node. Returns the node and the name of its definition."""
    name = node.get("$ref", "").rpartition("/")[2]
    return ({**SCHEMA["definitions"][name], **node}, name) if name else (node, "")


def types_of(node):
    node, _ = resolve(node)
    if "enum" in node:
        return {"enum"}
    found = node.get("type", "object")
    return {found} if isinstance(found, str) else set(found)


def collect_samples():
    """Returns the values of each free object and list in the values files of ci/. The name of a profile or caller is * in a path."""
    samples = {}

    def walk(value, node, path):
        node, _ = resolve(node)
        if isinstance(value, dict):
            if not is_fixed(node) and not isinstance(node.get("additionalProperties"), dict):
                samples.setdefault(path, []).append(value)
            for key, child in value.items():
                if key in node.get("properties", {}):
                    walk(child, node["properties"][key], (*path, key))
                elif isinstance(node.get("additionalProperties"), dict):
                    walk(child, node["additionalProperties"], (*path, "*"))
        elif isinstance(value, list):
            samples.setdefault(path, []).append(value)

    for file in (CHART / "values.yaml", *sorted((CHART / "ci").glob("*.yaml"))):
        walk(yaml.safe_load(file.read_text()) or {}, SCHEMA, ())
    return samples


def is_fixed(node):
    return bool(node.get("properties"))


SAMPLES = collect_samples()


class Generator:
    def __init__(self, random):
        self.random = random

    def some(self, chance):
        return self.random.random() < chance

    def value(self, node, path=()):
        """Returns a random value that the node of the schema allows."""
        node, name = resolve(node)
        if "enum" in node:
            return self.random.choice(node["enum"])
        kind = self.random.choice(sorted(types_of(node)))
        return getattr(self, f"any_{kind}")(node, path, name)

    def any_null(self, node, path, name):
        return None

    def any_boolean(self, node, path, name):
        return self.some(0.5)

    def any_integer(self, node, path, name):
        low, high = node.get("minimum", 0), node.get("maximum", 100)
        return self.random.choice([low, high, self.random.randint(low, high)])

    def any_number(self, node, path, name):
        low = node.get("minimum", 0)
        return max(low, round(self.random.uniform(low, node.get("maximum", 1)), 3))

    def any_string(self, node, path, name):
        if "pattern" in node:
            text = self.matching(node["pattern"])
            if "{{" in text:
                return "{{ .Release.Name }}"
            return text if len(text) <= node.get("maxLength", len(text)) else "a"
        texts = TEXTS if IS_TEXT.search(".".join(path)) else NAMES
        if "tpl" in node.get("description", "") and self.some(0.2):
            return "{{ .Release.Name }}"
        return self.random.choice([text for text in texts if len(text) >= node.get("minLength", 0)])

    def any_array(self, node, path, name):
        items = resolve(node.get("items", {}))[0]
        if name == "variables":
            names = self.random.sample(VARIABLES, self.random.randint(0, 3))
            return [{"name": variable, "value": self.random.choice(TEXTS)} for variable in names]
        if "object" in types_of(items) and items.get("additionalProperties") is not False:
            return self.sample(path, [], node.get("minItems", 0))
        count = self.random.randint(max(1, node.get("minItems", 0)), 3)
        found = [self.value(items, (*path, "*")) for _ in range(count)]
        return [value for at, value in enumerate(found) if value not in found[:at]]

    def any_object(self, node, path, name):
        entries = node.get("additionalProperties")
        if is_fixed(node):
            # At the top level, defaults fill the required values.
            required = node.get("required", []) if "*" in path else []
            wanted = [key for key in node["properties"] if key in required or self.some(0.35 if path == () else 0.55)]
            return {key: self.value(node["properties"][key], (*path, key)) for key in wanted}
        if isinstance(entries, dict):
            _, kind = resolve(entries)
            names = ENTRIES.get(kind or name, NAMES)
            chosen = self.random.sample(names, self.random.randint(0, min(3, len(names))))
            return {key: self.value(entries, (*path, "*")) for key in chosen}
        return self.sample(path, {}, node.get("minProperties", 0))

    def sample(self, path, empty, least):
        # A profile or caller without a sample of its own uses one of a value with the same name, such as volume.
        known = SAMPLES.get(path) or [sample for other in SAMPLES if other[-1] == path[-1] for sample in SAMPLES[other]]
        found = [sample for sample in [*known, empty] if isinstance(sample, type(empty)) and len(sample) >= least]
        assert found, f"{'.'.join(path)}: no values file in ci/ sets this value"
        return json.loads(json.dumps(self.random.choice(found)))

    def matching(self, pattern):
        """Returns a text that matches a regular expression of the schema."""
        return "".join(self.text_of(part) for part in parser.parse(pattern))

    def text_of(self, part):
        kind, detail = part
        if kind is kinds.LITERAL:
            return chr(detail)
        if kind is kinds.AT:
            return ""
        if kind is kinds.ANY:
            return self.random.choice("abc019-")
        if kind is kinds.BRANCH:
            return "".join(map(self.text_of, self.random.choice(detail[1])))
        if kind is kinds.SUBPATTERN:
            return "".join(map(self.text_of, detail[-1]))
        if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT):
            least, most, parts = detail
            most = min(most, least + 8)
            return "".join("".join(map(self.text_of, parts)) for _ in range(self.random.randint(least, most)))
        if kind is kinds.NOT_LITERAL:
            kind, detail = kinds.IN, [(kinds.NEGATE, None), (kinds.LITERAL, detail)]
        if kind is kinds.IN:
            return self.random.choice([text for text in "abcxyz0123456789ABCXYZ-_./*" if self.is_in(text, detail)])
        raise NotImplementedError(f"{kind} in a pattern of the schema")

    def is_in(self, text, choices):
        found = False
        for kind, detail in choices:
            if kind is kinds.LITERAL:
                found |= ord(text) == detail
            elif kind is kinds.RANGE:
                found |= detail[0] <= ord(text) <= detail[1]
            elif kind is kinds.CATEGORY:
                known = {"SPACE": text.isspace(), "DIGIT": text.isdigit(), "WORD": text.isalnum() or text == "_"}
                name = str(detail).removeprefix("CATEGORY_")
                found |= known[name.removeprefix("NOT_")] != name.startswith("NOT_")
        return found != (choices[0][0] is kinds.NEGATE)
