#!/usr/bin/env bash
# Renders, lints and validates the chart and the examples, checks what must hold of them (charts/checks.py), and does what docs/kubernetes.md shows.
# With `helm` from the PATH, and kube-validate and kubectl where they are. It needs no cluster.
# Usage: tests/charts.sh [--update] [FILE]   FILE gets a line "passed|failed|skipped NAME" for each check.
#   --update renews golden renders, the chart's copies of observability/ and the table of values in its README.
set -uo pipefail
cd "$(dirname "$0")/.."

update=()
if [ "${1:-}" = --update ]; then
  update=(--update)
  shift
fi

. tests/support.sh
suite charts "${1:-}"
need "the chart" helm python3
if ! python3 -c 'import yaml' 2>/dev/null; then
  tell skipped "the chart (Python's yaml is not installed; Debian: python3-yaml)"
  end
fi
echo "charts: rendered with helm $(helm version --short)"

# A copy: what helm writes, and a file with credentials, have no place in the repository.
cp -r charts examples "$work/"
chart=$work/charts/clik2pay-sidecar shop=$work/examples/helm/shop
check "the example's dependency is built" helm dependency build "$shop"

# valid NAME COMMAND…: what the command renders is valid for Kubernetes's schemas, unknown fields included. Kinds without a schema are skipped.
valid() {
  local name=$1
  shift
  if ! command -v kube-validate >/dev/null; then
    tell skipped "$name (kube-validate is not installed)"
  elif ! "$@" >"$work/rendered.yaml" 2>"$work/log"; then
    cat "$work/log"
    tell failed "$name"
  else
    check "$name" kube-validate --allow-unknown "$work/rendered.yaml"
  fi
}

for values in "$chart"/ci/*-values.yaml; do
  name=$(basename "$values" -values.yaml)
  check "$name: lint" helm lint "$chart" --strict -f "$values"
  valid "$name: valid" helm template pay "$chart" -n prod -f "$values" --api-versions monitoring.coreos.com/v1
done
check "the example: lint" helm lint "$shop" --strict
valid "the example: valid" helm template pay "$shop" -n prod
valid "the example with a plain container: valid" helm template pay "$shop" -n prod --kube-version 1.27 --set clik2pay-sidecar.nativeSidecar=false

tell_lines < <(python3 tests/charts/checks.py "${update[@]}" "$work" || echo "failed the checks end well")

# What the guide shows, run in the copy.
guide() { check_block docs/kubernetes.md "$1" "$2" "$1.sh" env -C "$work" bash; }
guide helm-app '^            - name: CLIK2PAY_BASE_URL$'
guide helm-alone '^  name: pay-clik2pay-sidecar$'
guide plain-container 'command: \[/clik2pay-sidecar, wait, '
guide monitoring '^kind: PrometheusRule$'
if command -v kubectl >/dev/null; then
  guide kustomize '^kind: Secret$'
  for overlay in sandbox production; do
    valid "kustomize, $overlay: valid" kubectl kustomize "$work/examples/kustomize/overlays/$overlay"
  done
else
  tell skipped "kustomize (kubectl is not installed)"
fi
end
