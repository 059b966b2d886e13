"""Checks charts that depend on this chart in other ways than the example: below an umbrella chart, with an alias, several times."""
import base64
import json
import shutil

from chart import CHART, OPERATOR, ROOT, check, error_of, json_arguments, of_kind, sidecar_of, template

APP = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: "%(name)s"}
spec:
  selector: {matchLabels: {app: "%(name)s"}}
  template:
    metadata:
      labels:
        app: "%(name)s"
        {{- include "clik2pay-sidecar.podLabels" %(context)s | nindent 8 }}
    spec:
      initContainers:
        {{- include "clik2pay-sidecar.initContainers" %(context)s | nindent 8 }}
      containers:
        - name: app
          image: app
          env:
            {{- include "clik2pay-sidecar.appEnv" %(context)s | nindent 12 }}
      volumes:
        {{- include "clik2pay-sidecar.volumes" %(context)s | nindent 8 }}
"""


def write_chart(folder, *dependencies, templates=None):
    """Writes a chart with the name of its folder. A dependency is the name of a chart, or (name, alias)."""
    (folder / "templates").mkdir(parents=True)
    items = [dict(zip(("name", "alias"), [item] if isinstance(item, str) else item), version="*") for item in dependencies]
    (folder / "Chart.yaml").write_text(json.dumps({"apiVersion": "v2", "name": folder.name, "version": "1.0.0", "dependencies": items}))
    for name, text in (templates or {}).items():
        (folder / "templates" / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / "templates" / name).write_text(text)
    if any("clik2pay-sidecar" in item for item in dependencies):
        shutil.copytree(CHART, folder / "charts/clik2pay-sidecar")
    return folder


def values_of(user, **more):
    """Returns the values of a sidecar with its own credentials, and with each object that pods refer to."""
    inline = {"username": user, "password": "p", "apiKey": "k"}
    redis, routes = {"connectionString": f"{user}:6379"}, {"Routes": {"r": {"ClusterId": user}}}
    values = {"environment": "Sandbox", "image": {"registry": "r"}, "credentials": {"inline": inline}}
    return {**values, "redis": redis, "reverseProxy": routes, **more}


def under(path, values):
    """Returns arguments that set the values of the chart at a path, such as ["shop", "clik2pay-sidecar"]."""
    for name in reversed(path):
        values = {name: values}
    return json_arguments(values)


def pods_by_app(objects):
    return {document["metadata"]["name"]: document["spec"]["template"] for document in of_kind(objects, "Deployment")}


def check_pod(objects, pod, user):
    """Checks that a pod refers to objects with the values of its sidecar, and is the pod that they select."""
    names = [(document["kind"], document["metadata"]["name"]) for document in objects]
    assert len(names) == len(set(names)), f"Two objects have the same name: {sorted(names)}"
    found = {}
    for volume in pod["spec"]["volumes"]:
        kind, name = ("Secret", volume["secret"]["secretName"]) if "secret" in volume else ("ConfigMap", volume["configMap"]["name"])
        [found[volume["name"]]] = [each["data"] for each in of_kind(objects, kind) if each["metadata"]["name"] == name]
    assert base64.b64decode(found["clik2pay-credentials"]["username"]).decode() == user, found
    assert base64.b64decode(found["clik2pay-redis"]["connection-string"]).decode() == f"{user}:6379", found
    assert f'"ClusterId": "{user}"' in found["clik2pay-routes"]["proxy.json"], found
    label = pod["metadata"]["labels"]["clik2pay-sidecar"]
    policies = [each["spec"]["podSelector"]["matchExpressions"][0]["values"] for each in of_kind(objects, "NetworkPolicy")]
    assert policies.count([label, f"{label}.check"]) == 1, f"{policies} for {label}"
    return label


@check("each app of an umbrella chart has its own names, at every depth and with aliases")
def _():
    direct = {"app.yaml": APP % {"name": "direct", "context": "."}}
    aliases = ("left", "right-sidecar", "Up_per")
    several = {f"{name}.yaml": APP % {"name": name, "context": f'(index .Subcharts "{name}")'} for name in aliases}
    # A part of the chart's name must not shorten the names of objects.
    umbrella = ROOT / "depths/clik2pay-sidecar-platform"
    write_chart(umbrella, "clik2pay-sidecar", "shop", ("shop", "twin"), "till", "region", templates=direct)
    write_chart(umbrella / "charts/shop", "clik2pay-sidecar", templates={"app.yaml": APP % {"name": "{{ .Chart.Name }}", "context": "."}})
    write_chart(umbrella / "charts/till", *(("clik2pay-sidecar", name) for name in aliases), templates=several)
    write_chart(umbrella / "charts/region", "shop")
    nested = {"two/levels/app.yaml": APP % {"name": "region-shop", "context": "$"}}
    write_chart(umbrella / "charts/region/charts/shop", ("clik2pay-sidecar", "clik2pay"), templates=nested)

    paths = {
        "direct": ["clik2pay-sidecar"],
        "shop": ["shop", "clik2pay-sidecar"],
        "twin": ["twin", "clik2pay-sidecar"],
        "region-shop": ["region", "shop", "clik2pay"],
        "left": ["till", "left"],
        "right-sidecar": ["till", "right-sidecar"],
        "Up_per": ["till", "Up_per"],
    }
    policy = {"networkPolicy": {"enabled": True}, "app": {"port": 3000}}
    sidecars = {}
    for app, path in paths.items():
        node = sidecars
        for name in path:
            node = node.setdefault(name, {})
        node.update(values_of(app, **policy))
    arguments = json_arguments(sidecars)
    for release, expected in (
        (
            "pay",
            {
                "direct": "pay-clik2pay-sidecar",
                "shop": "pay-shop-clik2pay-sidecar",
                "twin": "pay-twin-clik2pay-sidecar",
                "region-shop": "pay-region-shop-clik2pay-",
                "left": "pay-till-left-",
                "right-sidecar": "pay-till-right-sidecar-",
                "Up_per": "pay-till-up-per-",
            },
        ),
        ("clik2pay-sidecar", {"direct": "clik2pay-sidecar", "shop": "clik2pay-sidecar-shop-clik2pay-sidecar"}),
        ("r" * 53, {}),
    ):
        objects = template(umbrella, *arguments, release=release)
        pods = pods_by_app(objects)
        labels = {app: check_pod(objects, pods[app], app) for app in paths}
        for app, name in expected.items():
            assert labels[app] == name or (name.endswith("-") and labels[app].startswith(name)), f"{app}: {labels[app]}"
        assert all(len(label) <= 51 for label in labels.values()), labels
        assert len(set(labels.values())) == len(paths), labels


def selects(selector, pod):
    labels = pod["metadata"]["labels"]
    expressions = selector.get("matchExpressions", [])
    return selector["matchLabels"].items() <= labels.items() and all(labels.get(each["key"]) in each["values"] for each in expressions)


@check("policies, monitors and their Services select no pods of another sidecar with a similar name")
def _():
    app = lambda name: {"app.yaml": APP % {"name": name, "context": "."}}
    umbrella = write_chart(ROOT / "similar/platform", "shop")
    write_chart(umbrella / "charts/shop", "clik2pay-sidecar", templates=app("inner"))
    direct = write_chart(ROOT / "similar/direct", "clik2pay-sidecar", templates=app("direct"))
    policy = {"networkPolicy": {"enabled": True, "appIngress": False}}
    monitors = ({"podMonitor": {"enabled": True}}, {"serviceMonitor": {"enabled": True}})
    path, name = ["clik2pay-sidecar"], lambda name: {"fullnameOverride": name}
    for first, second in (
        (lambda v: (umbrella, under(["shop", *path], v), "pay"), lambda v: (direct, under(path, v), "pay-shop")),
        (lambda v: (direct, under(path, {**v, **name("shop")}), "a"), lambda v: (direct, under(path, {**v, **name("shop-check")}), "a")),
    ):
        for monitor in monitors:
            both = []
            for chart, arguments, release in (each(values_of("u", **policy, **monitor)) for each in (first, second)):
                objects = template(chart, *OPERATOR, *arguments, release=release)
                pods = [*of_kind(objects, "Pod"), *pods_by_app(objects).values()]
                selectors = [each["spec"]["podSelector"] for each in of_kind(objects, "NetworkPolicy")]
                selectors += [each["spec"]["selector"] for each in of_kind(objects, "PodMonitor")]
                selectors += [{"matchLabels": each["spec"]["selector"]} for each in of_kind(objects, "Service")]
                assert len(selectors) == 2 and [selects(each, pods[1]) for each in selectors] == [True, True], selectors
                both.append((selectors, pods))
            for (selectors, _), (_, pods) in (both, both[::-1]):
                assert not any(selects(each, pod) for each in selectors for pod in pods), selectors


# Each chart of a pair would get the same name if its path were only joined with hyphens.
@check("two sidecars of a release never have the same name")
def _():
    for number, (first, second) in enumerate(
        (
            (("a", "clik2pay-sidecar"), ("a-clik2pay", "sidecar")),
            (("shop-sidecar",), ("shop", "sidecar")),
            (("a-clik2pay-sidecar",), ("a", "clik2pay-sidecar")),
            (("a-b", "clik2pay-sidecar"), ("a", "b-clik2pay-sidecar")),
            (("a-b", "clik2pay-sidecar"), ("a", "b", "clik2pay-sidecar")),
            (("a-b", "c", "clik2pay"), ("a", "b-c", "clik2pay")),
        )
    ):
        umbrella = ROOT / f"pairs/{number}/platform"
        of_umbrella = [name if len(path) > 1 else ("clik2pay-sidecar", name) for path in (first, second) for name in path[:1]]
        write_chart(umbrella, *of_umbrella)
        arguments = []
        for path in (first, second):
            folder = umbrella
            for name, below in zip(path, path[1:]):
                folder /= f"charts/{name}"
                write_chart(folder, below if below in ("b", "c", "b-c") else ("clik2pay-sidecar", below))
            arguments += under(path, values_of("-".join(path)))
        secrets = of_kind(template(umbrella, *arguments), "Secret")
        assert len({secret["metadata"]["name"] for secret in secrets}) == len(secrets) == 4, [each["metadata"] for each in secrets]


@check("a chart with an alias for this chart uses its templates and the alias in names")
def _():
    app = {"app.yaml": APP % {"name": "kiosk", "context": "."}}
    chart = write_chart(ROOT / "alias/kiosk", ("clik2pay-sidecar", "kiosk"), templates=app)
    values = values_of("kiosk", networkPolicy={"enabled": True}, app={"port": 3000})
    for release, name in (("pay", "pay-kiosk"), ("kiosk-1", "kiosk-1-kiosk")):
        objects = template(chart, *under(["kiosk"], values), release=release)
        assert check_pod(objects, pods_by_app(objects)["kiosk"], "kiosk") == name
    named = template(chart, *under(["kiosk"], values_of("kiosk", nameOverride="other")))
    assert pods_by_app(named)["kiosk"]["metadata"]["labels"]["clik2pay-sidecar"] == "pay-other"
    assert sidecar_of(pods_by_app(named)["kiosk"])


@check("a template in a chart with several sidecars fails without the context of one of them, and names them")
def _():
    both = [("clik2pay-sidecar", name) for name in ("left", "right")]
    for name, path, context, expected in (
        (
            "none",
            "app.yaml",
            ".",
            "podLabels: the chart none has several sidecars: left, right. Pass the context of one of them: (index .Subcharts \"left\").",
        ),
        ("deep", "a/b/c/d/app.yaml", '(index .Subcharts "left")', "podLabels: Helm has not rendered the chart left yet. Move the file"),
    ):
        chart = write_chart(ROOT / "several" / name, *both, templates={path: APP % {"name": name, "context": context}})
        message = error_of(chart, *under(["left"], values_of("l")), *under(["right"], values_of("r")))
        assert expected in message, message


@check("values below this chart's name are refused if the chart has an alias for it")
def _():
    app = {"app.yaml": APP % {"name": "kiosk", "context": "."}}
    chart = write_chart(ROOT / "unused/kiosk", ("clik2pay-sidecar", "kiosk"), templates=app)
    message = error_of(chart, *under(["kiosk"], values_of("kiosk")), "--set", "clik2pay-sidecar.accessLog=true")
    expected = "clik2pay-sidecar: these values have no effect in the chart kiosk, because its dependency has the alias kiosk."
    assert expected in message, message
