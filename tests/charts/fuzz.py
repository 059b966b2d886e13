"""Renders random values files: valid ones must give valid manifests, and one null or one wrong type must be refused or have no effect.

The values come from values.schema.json, so new values take part without a change here. A relation between values that the schema cannot
express needs a line in `relate`. TEST_LONG=1 renders ten times as many files, with a random seed. TEST_SEED repeats a run.
"""
import concurrent.futures
import copy
import json
import os
import random

import strict
import umbrella
from chart import CHART, OPERATOR, ROOT, SHOP, check, helm
from generate import ALERTS, NAMES, SCHEMA, Generator, resolve, types_of
from manifests import pods_of, validate

LONG = bool(os.environ.get("TEST_LONG"))
SEED = int(os.environ.get("TEST_SEED") or (random.SystemRandom().randrange(2**31) if LONG else 1))
FOLDER = ROOT / "fuzz"
RELEASES = ["pay", "42", "no", "1e10", "a" * 53]


PLACES = ("existingSecret", "volume", "directory")


def relate(values, generator):
    """Changes values so that they agree with each other, as the guards of the chart require."""
    some, sample = generator.some, generator.random.sample
    profiles = values.setdefault("profiles", {})
    for profile in profiles.values():
        relate_profile(profile, generator)
    has_default = not profiles or some(0.5)
    if has_default:
        relate_profile(values, generator)
    else:
        for key in ("environment", "apiBaseUrl", "tokenEndpoint", "credentials", "ca"):
            values.pop(key, None)
    relate_redis(values, generator)
    relate_listeners(values, [*profiles, *(["default"] if has_default else [])], generator)

    values.setdefault("image", {})["registry"] = "registry.example"
    app = values.setdefault("app", {})
    app["image"] = app.get("image") or "registry.example/shop:1"
    ports = iter(sample(range(1, 65536), 20))
    values["ports"] = {"callers": next(ports), "admin": next(ports)}
    app["port"] = next(ports) if some(0.7) else None
    for listener in values.get("listeners", {}).values():
        if "port" in listener:
            listener["port"] = next(ports)

    for items, key, text in (
        (values.get("extraVolumeMounts"), "mountPath", "/a"),
        (app.get("volumeMounts"), "mountPath", "/a"),
        (values.get("extraVolumes"), "name", "a"),
        (values.get("extraEnv"), "name", "A"),
        (app.get("env"), "name", "A"),
    ):
        for at, item in enumerate(items or []):
            item[key] = f"{text}{at}"
    if app["port"] is None:
        values.setdefault("networkPolicy", {})["appIngress"] = False
    if not values.get("reverseProxy", {}).get("Routes"):
        values.pop("reverseProxy", None)

    # Either may be the larger one, and may come from the defaults.
    scaling = values.setdefault("autoscaling", {})
    scaling["minReplicas"], scaling["maxReplicas"] = sorted(sample(range(1, 100), 2))
    if values.get("podMonitor", {}).get("enabled"):
        values.get("serviceMonitor", {})["enabled"] = False
    rule = values.get("prometheusRule", {})
    if "disabled" in rule:
        rule["disabled"] = sample(ALERTS, 2)
    if "severities" in rule:
        rule["severities"] = {name: generator.random.choice(NAMES) for name in sample(["critical", "warning", *ALERTS], 2)}
    return values


def relate_profile(profile, generator):
    profile["environment"] = profile.get("environment") or "Sandbox"
    for key in ("apiBaseUrl", "tokenEndpoint"):
        profile.pop(key, None)
        if profile["environment"] == "Custom":
            profile[key] = "https://a.example" + ("/token" if key == "tokenEndpoint" else "")
    profile.setdefault("credentials", {}).pop("inline", None)
    if not keep_one(profile["credentials"], PLACES, generator):
        profile["credentials"]["existingSecret"] = generator.random.choice(NAMES)
    keep_one(profile.get("ca", {}), ("configMap", "secret", "volume", "directory"), generator)


def keep_one(values, keys, generator):
    """Keeps one of the values, and returns its key, or None. An empty value counts as none."""
    present = [key for key in keys if values.get(key)]
    kept = generator.random.choice(present) if present else None
    for key in keys:
        if key != kept:
            values.pop(key, None)
    return kept


def relate_redis(values, generator):
    redis = values.get("redis", {})
    if not keep_one(redis, (*PLACES, "connectionString"), generator):
        values.pop("redis", None)
        return
    keep_one(redis, ("caSecret", "caVolume", "caDirectory"), generator)
    for key in ("auth", "sentinelAuth", "clientCertificate"):
        if not keep_one(redis.get(key, {}), PLACES, generator):
            redis.pop(key, None)


def relate_listeners(values, profiles, generator):
    """The same for listeners, and for the callers that use them."""
    pick, some = generator.random.choice, generator.some
    listeners, callers = values.get("listeners", {}), values.get("callers", {})
    for name, listener in listeners.items():
        if listener.get("profile"):
            listener["profile"] = pick(profiles)
        socket = {"socket": f"{name}.sock"}
        for key in ("port", "address", "socket"):
            listener.pop(key, None)
        if name == "default":
            listener.update(pick([socket, {"profile": pick(profiles)}]))
        else:
            listener.update(pick([socket, {"port": 1}, {"address": f"http://unix:/run/{name}.sock"}]))
    has_socket = any("socket" in listener or "address" in listener for listener in listeners.values())

    for caller in callers.values():
        for key in () if has_socket else ("uid", "gid"):
            caller.pop(key, None)
        tokens = caller.setdefault("tokens", {})
        if not keep_one(tokens, PLACES, generator) and not caller.get("uid") and not caller.get("gid"):
            tokens["existingSecret"] = pick(NAMES)
        caller["profiles"] = [pick(profiles)]
    if callers:
        values.pop("callerToken", None)
    keep_one(values.get("callerToken", {}), PLACES, generator)
    with_tokens = [name for name, caller in callers.items() if any(caller["tokens"].get(key) for key in PLACES)]
    shared = [name for name, listener in listeners.items() if "address" not in listener]
    app = values.setdefault("app", {})
    app["caller"] = pick(with_tokens) if with_tokens and some(0.5) else ""
    app["listener"] = pick(shared) if shared and some(0.5) else ""
    # The token of the app is in no place of another source.
    own = callers[app["caller"]]["tokens"] if app["caller"] else values.get("callerToken", {})
    for key, value in (("existingSecret", "own"), ("directory", "/own"), ("volume", {"csi": {"driver": "own"}})):
        if own.get(key):
            own[key] = value


def generated(number):
    """Returns the generator and the values of a file, which do not depend on other files."""
    generator = Generator(random.Random(f"{SEED} {number}"))
    return generator, relate(generator.value(SCHEMA), generator)


def write_umbrella():
    """Writes an umbrella chart with two apps, each of which depends on this chart."""
    for name in ("shop", "till"):
        text = umbrella.APP % {"name": name, "context": "."}
        umbrella.write_chart(FOLDER / "umbrella/charts" / name, "clik2pay-sidecar", templates={"app.yaml": text})
    umbrella.write_chart(FOLDER / "umbrella", "shop", "till")


def alone(values, number):
    return CHART, values


def depending(values):
    """Changes values so that this chart has no workload of its own."""
    for path, value in ((("app", "image"), ""), (("autoscaling", "enabled"), False), (("podDisruptionBudget", "enabled"), False)):
        if isinstance(values.get(path[0], {}), dict):
            values = with_value(values, path, value)
    return values


def in_example(values, number):
    # The example has a profile of its own, which these values replace.
    values = {"environment": "", "credentials": {}, **depending(values)}
    if isinstance(values["credentials"], dict):
        values["credentials"].setdefault("existingSecret", "")
    return SHOP, {"clik2pay-sidecar": values}


def in_umbrella(values, number):
    """Returns the umbrella chart. Names that the values set must differ between its apps, so the second app sets none."""
    other = generated(f"{number} till")[1]
    for key in ("fullnameOverride", "serviceAccount", "extraObjects"):
        other.pop(key, None)
    values.pop("fullnameOverride", None)
    return FOLDER / "umbrella", {"shop": {"clik2pay-sidecar": depending(values)}, "till": {"clik2pay-sidecar": depending(other)}}


def render(name, chart, values, release="pay"):
    """Returns the results, which are also in a file with this name."""
    file = FOLDER / f"{name}.values.yaml"
    file.write_text(json.dumps(values))
    result = helm("template", release, chart, "-n", "prod", *OPERATOR, "-f", file)
    (FOLDER / f"{name}.yaml").write_text(result.stdout)
    return result


def duplicates(objects):
    """Yields names that occur twice where Kubernetes merges lists by name, and objects that occur twice."""
    lists = [("objects", [(document["kind"], document["metadata"]["name"]) for document in objects])]
    for name, pod in pods_of(objects):
        spec = pod["spec"]
        containers = (spec.get("initContainers") or []) + spec["containers"]
        names = lambda items: [item["name"] for item in items or []]
        lists += [(f"{name}: containers", names(containers)), (f"{name}: volumes", names(spec.get("volumes")))]
        lists.append((f"{name}: ports", [port["containerPort"] for each in containers for port in each.get("ports") or []]))
        for container in containers:
            place = f"{name}: {container['name']}"
            lists.append((f"{place}: env", names(container.get("env"))))
            lists.append((f"{place}: volumeMounts", [mount["mountPath"] for mount in container.get("volumeMounts") or []]))
    for place, found in lists:
        if len(found) != len(set(found)):
            yield f"{place}: {found}"


def fault_of_valid(number):
    generator, values = generated(number)
    place = generator.random.choice([alone, in_example, in_umbrella])
    release = generator.random.choice(RELEASES)
    # The name of a Service begins with a letter.
    if release[0].isdigit() and place == in_umbrella:
        release = "pay"
    elif release[0].isdigit():
        values["fullnameOverride"] = "pay"
    result = render(number, *place(values, number), release)
    if result.returncode != 0:
        return f"is refused: {result.stderr}"
    try:
        found = list(duplicates(strict.read(result.stdout)))
    except AssertionError as e:
        found = [str(e)]
    return "\n".join(found)


def wrong_types(node):
    allowed = types_of(node)
    values = {"string": "text", "integer": 7, "number": 1.5, "boolean": True, "array": ["a"], "object": {"a": "b"}}
    if "enum" in allowed:
        allowed = {"string"}
    if "number" in allowed:
        allowed.add("integer")
    return [value for kind, value in values.items() if kind not in allowed]


def places(node, values, path=()):
    """Yields the path and the schema of each value that may be set."""
    node, _ = resolve(node)
    for key, child in node.get("properties", {}).items():
        yield (*path, key), child
        yield from places(child, values.get(key) or {} if isinstance(values, dict) else {}, (*path, key))
    if isinstance(node.get("additionalProperties"), dict) and isinstance(values, dict):
        for key in values:
            yield (*path, key), node["additionalProperties"]
            yield from places(node["additionalProperties"], values[key], (*path, key))


def with_value(values, path, value):
    """Returns a copy with another value at the path."""
    changed = copy.deepcopy(values)
    node = changed
    for key in path[:-1]:
        node = node.setdefault(key, {})
    node[path[-1]] = value
    return changed


def without(values, path):
    changed = copy.deepcopy(values)
    node = changed
    for key in path[:-1]:
        node = node.get(key, {})
    node.pop(path[-1], None)
    return changed


def fault_of_wrong(number):
    generator, values = generated(number)
    place = generator.random.choice([alone, in_example])
    path, node = generator.random.choice(list(places(SCHEMA, values)))
    wrong = None if generator.some(0.5) and "null" not in types_of(node) else generator.random.choice(wrong_types(node))
    description = f"{'.'.join(path)}={json.dumps(wrong)}"
    result = render(f"wrong-{number}", *place(with_value(values, path, wrong), number))
    if result.returncode != 0:
        # Helm 4 writes the key as in a JSON pointer.
        is_named = all(path[-1] in text.replace("~1", "/") for text in result.stderr)
        return "" if is_named else f"{description} is refused without its name: {result.stderr}"
    default = render(f"default-{number}", *place(without(values, path), number))
    return "" if default.stdout == result.stdout else f"{description} is accepted, and does not render the default"


def faults(function, count):
    if not FOLDER.exists():
        write_umbrella()

    def run(number):
        try:
            return function(number)
        except AssertionError as e:
            return str(e)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(run, range(count)))
    return [
        f"File {number} of the seed {SEED}: {fault}\n{json.dumps(generated(number)[1])}" for number, fault in enumerate(found) if fault
    ]


@check("random valid values render valid manifests without duplicates")
def _():
    count = 500 if LONG else 50
    found = faults(fault_of_valid, count)
    assert not found, f"{len(found)} of {count}:\n" + "\n".join(found[:5])
    # With enabled=false this chart renders nothing.
    renders = [FOLDER / f"{number}.yaml" for number in range(count) if generated(number)[1].get("enabled") is not False]
    result = validate(*renders)
    assert result.returncode == 0, f"Seed {SEED}: {result.stdout[:3000]}{result.stderr}"


@check("random values with a null or a wrong type are refused by name, or render the default")
def _():
    count = 200 if LONG else 20
    found = faults(fault_of_wrong, count)
    assert not found, f"{len(found)} of {count}:\n" + "\n".join(found[:5])
