#!/usr/bin/env bash
# Renders, lints and validates the chart and the examples with two versions each of helm and kubectl, checks the renders with
# charts/checks.py, runs the blocks of the guides about Kubernetes that need no cluster, and renders the patches of
# docs/how-to/external-secrets.md. charts/tools/install.sh installs helm, kubectl and the validator.
# Usage: tests/charts.sh [--update] [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
#   --update rewrites the golden renders, the chart's copies of files in observability/ and the table of values in the chart's README.
set -uo pipefail
cd "$(dirname "$0")/.."

update=()
if [ "${1:-}" = --update ]; then
  update=(--update)
  shift
fi

. tests/support.sh
suite charts "${1:-}"
require_commands "The chart renders valid resources" python3
if ! python3 -c 'import yaml' 2>/dev/null; then
  report skipped "The chart renders valid resources (Python's module yaml is not installed; Debian package: python3-yaml)"
  end
fi
require_chart_tools "The chart renders valid resources"

# Settings and plugins of the user have no effect on the checks.
export HELM_CONFIG_HOME=$work/helm/config HELM_CACHE_HOME=$work/helm/cache HELM_DATA_HOME=$work/helm/data

# each COMMAND…: runs the command with each version of helm and kubectl. Each must succeed, and all must print the same.
# The output is in $work/printed.
each() {
  local folder
  rm -f "$work/printed"
  for folder in "${chart_tools[@]}"; do
    echo "With the programs in $folder:" >&2
    env PATH="$folder:$PATH" "$@" >"$work/output" || { cat "$work/output"; return 1; }
    if [ ! -f "$work/printed" ]; then mv "$work/output" "$work/printed"; else diff "$work/printed" "$work/output" || return; fi
  done
  cat "$work/printed"
}

# Helm packages only files in the chart's folder, so the chart contains copies of files in observability/.
for file in alerts.yaml grafana-dashboard.json; do
  if [ -n "${update[*]}" ]; then cp "observability/$file" charts/clik2pay-sidecar/files/; fi
  check "The chart's $file equals the one in observability/ (to copy it, run tests/charts.sh --update)" \
    cmp "observability/$file" "charts/clik2pay-sidecar/files/$file"
done

# Work on a copy, because helm and the guide write files, one of them with credentials.
cp -r charts examples "$work/"
chart=$work/charts/clik2pay-sidecar shop=$work/examples/helm/shop
check "The dependency of the example builds" each helm dependency build "$shop"

# render NAME COMMAND…: runs the command and keeps its output for the checks that follow.
mkdir "$work/rendered"
render() {
  local name=$1
  shift
  check "$name renders" each "$@"
  cp "$work/printed" "$work/rendered/$name.yaml"
}

for values in "$chart"/ci/*-values.yaml; do
  name=$(basename "$values" -values.yaml)
  check "$name passes helm lint" each helm lint "$chart" --strict -f "$values"
  render "$name" helm template "$name" "$chart" -f "$values" --api-versions monitoring.coreos.com/v1
done
check "shop passes helm lint" each helm lint "$shop" --strict
render shop helm template shop "$shop"
render shop-disabled helm template shop-disabled "$shop" --set clik2pay-sidecar.enabled=false
render shop-plain helm template shop-plain "$shop" --kube-version 1.27 --set clik2pay-sidecar.nativeSidecar=false

# check_guide NAME PATTERN: runs a block of docs/how-to/kubernetes.md in the copy, and keeps what it renders.
check_guide() {
  check_block docs/how-to/kubernetes.md "$1" "$2" "$1.sh" each env -C "$work" bash
  sed -n '/^---$/,$p' "$work/printed" >"$work/rendered/guide-$1.yaml"
}
check_guide helm-app '^            - name: CLIK2PAY_BASE_URL$'
check_guide helm-alone '^  name: "?pay-clik2pay-sidecar"?$'
check_guide redis 'name: Redis__ClientCertificateFile$'
check_guide private-authority 'name: Clik2pay__CaFile$'
check_guide plain-container 'command: \[/clik2pay-sidecar, wait, '
check_guide callers 'value: "?create;read"?$'
check_guide monitoring '^kind: PrometheusRule$'
check_block docs/how-to/kubernetes.md kustomize '^kind: Secret$' kustomize.sh each env -C "$work" bash
cp -r tests/charts/injected "$work/examples/kustomize/overlays/"
render injected kubectl kustomize "$work/examples/kustomize/overlays/injected"
for overlay in sandbox production inject; do
  render "kustomize-$overlay" kubectl kustomize "$work/examples/kustomize/overlays/$overlay"
done

# The blocks of docs/how-to/inject-sidecar.md, which read the chart in /tmp/shop. A post-renderer is a plugin in Helm 4, and a
# script in Helm 3.
sed "s#/tmp/shop#$work/app/shop#g" docs/how-to/inject-sidecar.md >"$work/inject-sidecar.md"
mkdir "$work/app"
check "A chart for docs/how-to/inject-sidecar.md is created" helm create "$work/app/shop"
# each_of VERSION COMMAND…: like each, with the programs of one version of helm only.
each_of() {
  local version=$1 chart_tools=("${chart_tools[@]}") folder at
  shift
  for at in "${!chart_tools[@]}"; do
    folder=${chart_tools[at]}
    case $(PATH=$folder:$PATH helm version --short) in "$version".*) ;; *) unset "chart_tools[$at]" ;; esac
  done
  each "$@"
}
for name in build template; do
  check_block "$work/inject-sidecar.md" "$name" '^ +name: clik2pay-sidecar$' "$name.sh" each env -C "$work" bash
done
check_block "$work/inject-sidecar.md" post-renderer '^ +name: clik2pay-sidecar$' post-renderer.sh each_of v4 \
  env -C "$work" HELM_DATA_HOME="$work/helm/plugin" bash
check_block "$work/inject-sidecar.md" post-renderer-helm-3 '^ +name: clik2pay-sidecar$' post-renderer-helm-3.sh \
  each_of v3 env -C "$work" bash
# The other guides.
check_block docs/how-to/argo-cd.md umbrella '^  name: payments-till$' umbrella.sh each env -C "$work" bash
sed -n '/^---$/,$p' "$work/printed" >"$work/rendered/umbrella.yaml"
check_block docs/how-to/openshift.md alerts '^kind: PrometheusRule$' alerts.sh each env -C "$work" bash

# The patch of docs/how-to/external-secrets.md.
for patch in csi; do
  mkdir "$work/examples/kustomize/overlays/$patch"
  awk -v mark="<!-- patch: $patch -->" '$0 == mark { found = 1; next } found && /^```/ { if (inside) exit; inside = 1; next } inside' \
    docs/how-to/external-secrets.md >"$work/examples/kustomize/overlays/$patch/patch.yaml"
  printf 'resources: [../../base]\npatches: [{path: patch.yaml}]\n' >"$work/examples/kustomize/overlays/$patch/kustomization.yaml"
  render "kustomize-$patch" kubectl kustomize "$work/examples/kustomize/overlays/$patch"
done

check "The rendered resources are valid" node tests/charts/tools/validate.mjs "$work/rendered"/*.yaml examples/admission/*.yaml

report_lines < <(python3 -B tests/charts/checks.py "${update[@]}" "$work" || echo "failed The checks in tests/charts/checks.py complete")
end
