"""Checks docs/reference/chart.md against values.yaml, the templates and rendered objects."""
import json
import re

import yaml

from chart import CHART, HELMS, MINIMAL, RENDERS, REPOSITORY, check, node_at, of_kind, pod_of, rendered, settings_of, sidecar_of, template

REFERENCE = "docs/reference/chart.md"


def section(heading):
    return (REPOSITORY / REFERENCE).read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rows_of(heading):
    """Returns the cells of each row of the tables in a section, without their headings."""
    lines = [line for line in section(heading).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[1:]]


def code(text):
    return re.findall(r"`([^`]+)`", text)


def effective(pod):
    """Returns each setting with its value and, if the value is a path, with the volume that contains the file."""
    container = sidecar_of(pod)[2]
    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes") or []}

    def file_of(path):
        mount = max(
            (mount for mount in container.get("volumeMounts") or [] if f"{path}/".startswith(mount["mountPath"] + "/")),
            key=lambda mount: len(mount["mountPath"]),
            default=None,
        )
        if not mount:
            return None
        volume = json.loads(json.dumps(volumes[mount["name"]]))
        # Keeps only the item for the file of this setting. A directory keeps all items.
        name = path.removeprefix(mount["mountPath"]).strip("/")
        for source in ("secret", "configMap"):
            items = volume.get(source, {}).get("items")
            if items and name:
                volume[source]["items"] = [item for item in items if item["path"] == name]
        return volume

    return {name.replace("__", ":"): (value, file_of(value or "")) for name, value in settings_of(container).items()}


def at(name):
    """Returns a value or setting with a real name."""
    return name.replace("{name}", "x")


def general(setting):
    """Replaces the name of a profile, a listener or a caller with {name}."""
    return re.sub("^(Profiles|Callers|Sidecar:Listeners):[^:]+:", r"\1:{name}:", setting)


# A value that differs from the default, and the values that it requires.
VOLUME, OTHER = '{"csi":{"driver":"a"}}', {"csi": {"driver": "b"}}
REDIS = ["redis.connectionString=r:1"]
AUTH = [*REDIS, "redis.auth.existingSecret=s"]
SENTINEL = [*REDIS, "redis.sentinelAuth.existingSecret=s"]
CLIENT = [*REDIS, "redis.clientCertificate.existingSecret=s"]
CUSTOM = ["environment=Custom", "apiBaseUrl=https://a.example", "tokenEndpoint=https://a.example/token"]
PROFILE = ["profiles.x.environment=Sandbox", "profiles.x.credentials.existingSecret=s"]
CUSTOM_PROFILE = [f"profiles.x.{value}" for value in CUSTOM]
CALLER = ["callers.x.tokens.existingSecret=s", 'callers.x.operations=["read"]', *PROFILE, "listeners.s.address=http://unix:/s"]
PROBES = {
    "environment": ("Production", []),
    "apiBaseUrl": ("https://b.example", CUSTOM),
    "tokenEndpoint": ("https://b.example/token", CUSTOM),
    "credentials.existingSecret": ("other", []),
    "credentials.directory": ("/other", ["credentials.existingSecret=", "credentials.directory=/x"]),
    "credentials.volume": (OTHER, ["credentials.existingSecret=", f"credentials.volume={VOLUME}"]),
    "credentials.keys.username": ("other", []),
    "credentials.keys.password": ("other", []),
    "credentials.keys.apiKey": ("other", []),
    "scope": ("other", []),
    "refreshAt": (0.5, []),
    "ca.configMap": ("other", []),
    "ca.secret": ("other", []),
    "ca.volume": (OTHER, [f"ca.volume={VOLUME}"]),
    "ca.directory": ("/other", []),
    "ca.key": ("other", ["ca.configMap=c"]),
    "redis.existingSecret": ("other", []),
    "redis.volume": (OTHER, [f"redis.volume={VOLUME}"]),
    "redis.directory": ("/other", []),
    "redis.connectionString": ("r:2", []),
    "redis.key": ("other", ["redis.existingSecret=s"]),
    "redis.caSecret": ("other", REDIS),
    "redis.caVolume": (OTHER, [*REDIS, f"redis.caVolume={VOLUME}"]),
    "redis.caDirectory": ("/other", REDIS),
    "redis.caKey": ("other", [*REDIS, "redis.caSecret=s"]),
    "redis.auth.existingSecret": ("other", REDIS),
    "redis.auth.volume": (OTHER, [*REDIS, f"redis.auth.volume={VOLUME}"]),
    "redis.auth.directory": ("/other", REDIS),
    "redis.auth.keys.user": ("other", AUTH),
    "redis.auth.keys.password": ("other", AUTH),
    "redis.sentinelAuth.existingSecret": ("other", REDIS),
    "redis.sentinelAuth.volume": (OTHER, [*REDIS, f"redis.sentinelAuth.volume={VOLUME}"]),
    "redis.sentinelAuth.directory": ("/other", REDIS),
    "redis.sentinelAuth.keys.user": ("other", SENTINEL),
    "redis.sentinelAuth.keys.password": ("other", SENTINEL),
    "redis.clientCertificate.existingSecret": ("other", REDIS),
    "redis.clientCertificate.volume": (OTHER, [*REDIS, f"redis.clientCertificate.volume={VOLUME}"]),
    "redis.clientCertificate.directory": ("/other", REDIS),
    "redis.clientCertificate.keys.certificate": ("other", CLIENT),
    "redis.clientCertificate.keys.privateKey": ("other", CLIENT),
    "callerToken.existingSecret": ("other", []),
    "callerToken.volume": (OTHER, [f"callerToken.volume={VOLUME}"]),
    "callerToken.directory": ("/other", []),
    "callerToken.key": ("other", ["callerToken.existingSecret=s"]),
    "ports.callers": (8181, []),
    "ports.admin": (9191, []),
    "maxConnections": (7, []),
    "drainSeconds": (7, []),
    "nativeSidecar": (False, []),
    "stopTimeoutSeconds": (7, []),
    "allowQuit": (True, []),
    "logFormat": ("Text", []),
    "accessLog": (True, []),
    "metrics.level": ("Minimal", []),
    "readyWhen": ("All", []),
    "unreadyWhenRefused": ("Never", []),
    "requireMerchantTransactionId": (True, []),
    "placeholderTokenEndpoint": (True, []),
    "profiles.{name}.environment": ("Production", PROFILE),
    "profiles.{name}.apiBaseUrl": ("https://b.example", [*PROFILE, *CUSTOM_PROFILE]),
    "profiles.{name}.tokenEndpoint": ("https://b.example/token", [*PROFILE, *CUSTOM_PROFILE]),
    "profiles.{name}.credentials.existingSecret": ("other", PROFILE),
    "profiles.{name}.credentials.directory": ("/other", [PROFILE[0], "profiles.x.credentials.directory=/x"]),
    "profiles.{name}.credentials.volume": (OTHER, [PROFILE[0], f"profiles.x.credentials.volume={VOLUME}"]),
    "profiles.{name}.credentials.keys.username": ("other", PROFILE),
    "profiles.{name}.credentials.keys.password": ("other", PROFILE),
    "profiles.{name}.credentials.keys.apiKey": ("other", PROFILE),
    "profiles.{name}.scope": ("other", PROFILE),
    "profiles.{name}.refreshAt": (0.5, PROFILE),
    "profiles.{name}.ca.configMap": ("other", PROFILE),
    "profiles.{name}.ca.secret": ("other", PROFILE),
    "profiles.{name}.ca.volume": (OTHER, [*PROFILE, f"profiles.x.ca.volume={VOLUME}"]),
    "profiles.{name}.ca.directory": ("/other", PROFILE),
    "profiles.{name}.ca.key": ("other", [*PROFILE, "profiles.x.ca.configMap=c"]),
    "listeners.{name}.port": (8083, ["listeners.x.port=8082"]),
    "listeners.{name}.address": ("http://unix:/y", ["listeners.x.address=http://unix:/x"]),
    "listeners.{name}.socket": ("other", []),
    "listeners.{name}.profile": ("default", ["listeners.x.port=8082"]),
    "callers.{name}.tokens.existingSecret": ("other", CALLER),
    "callers.{name}.tokens.volume": (OTHER, [f"callers.x.tokens.volume={VOLUME}", *CALLER[1:]]),
    "callers.{name}.tokens.directory": ("/other", ["callers.x.tokens.directory=/x", *CALLER[1:]]),
    "callers.{name}.tokens.keys": (["other"], CALLER),
    "callers.{name}.uid": ([1], CALLER),
    "callers.{name}.gid": ([1], CALLER),
    "callers.{name}.profiles": (["x"], CALLER),
    "callers.{name}.operations": (["create"], CALLER),
}


@check(f"each value in {REFERENCE} changes the settings in its rows and no others, and no setting is missing")
def _():
    documented = {}
    for values, settings in rows_of("Values and settings"):
        for value in code(values):
            documented.setdefault(value, set()).update(code(settings))
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())
    schema = json.loads((CHART / "values.schema.json").read_text())
    for value in documented:
        place, of_each, key = value.partition(".{name}.")
        node = defaults
        for part in place.split("."):
            assert part in node, f"values.yaml has no {value}"
            node = node[part]
        if of_each:
            entry = schema["properties"][place]["additionalProperties"]["$ref"].rpartition("/")[2]
            *path, last = key.split(".")
            assert last in node_at(schema["definitions"][entry], path)["properties"], f"the schema has no {value}"
    assert documented.keys() == PROBES.keys(), f"without a probe or a row: {documented.keys() ^ PROBES.keys()}"

    for value, (probe, needs) in PROBES.items():
        # With --set, a value would take precedence over the probe.
        pairs = [need.split("=", 1) for need in needs]
        is_json = lambda text: text.isdigit() or text.startswith(("[", "{"))
        needed = [f"{key}={text if is_json(text) else json.dumps(text)}" for key, text in pairs]
        base = [*MINIMAL, *(argument for need in needed for argument in ("--set-json", need))]
        before = effective(pod_of(template(CHART, *base, programs=HELMS[:1])))
        after = effective(pod_of(template(CHART, *base, "--set-json", f"{at(value)}={json.dumps(probe)}", programs=HELMS[:1])))
        changed = {general(name) for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        assert changed == documented[value], f"{value} changes {sorted(changed)}, and {REFERENCE} lists {sorted(documented[value])}"

    rendered_names = {
        name.replace("__", ":")
        for render in RENDERS
        for document in of_kind(rendered(render), "Deployment")
        for name in settings_of(sidecar_of(document["spec"]["template"])[2])
        if "__" in name
    }
    in_values = [yaml.safe_load(path.read_text()).get("extraEnv") or [] for path in (CHART / "ci").glob("*.yaml")]
    rendered_names -= {variable["name"].replace("__", ":") for variables in in_values for variable in variables}
    rendered_names = {general(name) for name in rendered_names}
    # With other names of files, these settings replace CredentialsDirectory.
    files = {f"Clik2pay:{name}" for name in code(section("Sources of secrets")) if name.endswith("File")}
    listed = set().union(*documented.values()) | files
    assert listed == rendered_names, f"not listed or not rendered: {listed ^ rendered_names}"


@check(f"{REFERENCE} lists the objects that the chart renders")
def _():
    listed = {(kind, "".join(code(name))) for kind, name, _ in rows_of("Objects") if kind != "any kind"}
    suffixes = {suffix for _, suffix in listed if suffix.startswith("-")}

    def entry(document):
        name = document["metadata"]["name"]
        suffix = next((suffix for suffix in suffixes if name.endswith(suffix)), "")
        return document["kind"], suffix

    def is_extra(document):
        """Whether the document comes from extraObjects of a file in ci/."""
        kinds = ("ExternalSecret", "SecretProviderClass", "Route", "ServiceEntry")
        return document["kind"] in kinds or document["metadata"]["name"] in ("pay-proxy", "pay-two")

    found = {
        entry(document)
        for render, (chart, _) in RENDERS.items()
        for document in rendered(render)
        if chart == CHART and not is_extra(document)
    }
    listed = {(kind, suffix if suffix.startswith("-") else "") for kind, suffix in listed}
    assert found == listed, f"not listed or not rendered: {found ^ listed}"


@check(f"{REFERENCE} lists the named templates that charts of apps may include")
def _():
    defined = re.findall(r'define "clik2pay-sidecar\.(\w+)"', (CHART / "templates/_include.tpl").read_text())
    listed = [code(template)[0] for template, _, _ in rows_of("Named templates")]
    assert sorted(listed) == sorted(set(defined) - {"own"}), f"{sorted(listed)} and {sorted(defined)}"
