"""Reads rendered YAML as Kubernetes does, and fails for keys that are written twice and for values that YAML does not read as strings."""
import yaml

TEXTS = ("labels", "annotations", "matchLabels", "nodeSelector", "data", "stringData")
TEXT = ("name", "secretName", "serviceAccountName", "image", "mountPath", "path", "key", "namespace", "job", "replacement")


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        assert not twice, f"{node.start_mark.line + 1}: written twice: {twice}"
        return super().construct_mapping(node, deep)


def read(text):
    documents = [document for document in yaml.load_all(text, Loader) if document]
    for document in documents:
        wrong = list(not_strings(document, document["kind"]))
        assert not wrong, f"not strings: {wrong}"
    return documents


def not_strings(node, path):
    """Yields the path and value of each value that Kubernetes requires to be a string, and that YAML 1.1 reads as something else."""
    if isinstance(node, list):
        for at, value in enumerate(node):
            yield from not_strings(value, f"{path}[{at}]")
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        at = f"{path}.{key}"
        if not isinstance(key, str):
            yield at, key
        if key in TEXTS or (key == "selector" and path == "Service.spec"):
            yield from ((f"{at}.{name}", text) for name, text in (value or {}).items() if not isinstance(text, str))
        elif key in TEXT and not isinstance(value, (str, dict)):
            yield at, value
        elif key in ("args", "command"):
            yield from ((at, text) for text in value or [] if not isinstance(text, str))
        elif key in ("env", "envFrom"):
            yield from ((f"{at}.{each.get('name')}", each["value"]) for each in value or [] if not isinstance(each.get("value", ""), str))
        yield from not_strings(value, at)
