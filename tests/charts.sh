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

# Helm packages nothing from outside of the chart's folder, so what it takes from observability/ is there a second time.
for file in alerts.yaml grafana-dashboard.json; do
  if [ -n "${update[*]}" ]; then cp "observability/$file" charts/clik2pay-sidecar/files/; fi
  check "the chart's $file is that of observability/ (else: tests/charts.sh --update)" cmp "observability/$file" "charts/clik2pay-sidecar/files/$file"
done

# A copy: what helm writes, and a file with credentials, have no place in the repository.
cp -r charts examples "$work/"
chart=$work/charts/clik2pay-sidecar shop=$work/examples/helm/shop
check "the example's dependency is built" helm dependency build "$shop"

# render NAME COMMAND…: keeps what the command renders, for what comes after.
mkdir "$work/rendered"
render() {
  local name=$1
  shift
  check "$name: render" bash -c '"$@" >"$0"' "$work/rendered/$name.yaml" "$@"
}

for values in "$chart"/ci/*-values.yaml; do
  name=$(basename "$values" -values.yaml)
  check "$name: lint" helm lint "$chart" --strict -f "$values"
  render "$name" helm template "$name" "$chart" -f "$values" --api-versions monitoring.coreos.com/v1
done
check "shop: lint" helm lint "$shop" --strict
render shop helm template shop "$shop"
render shop-plain helm template shop-plain "$shop" --kube-version 1.27 --set clik2pay-sidecar.nativeSidecar=false

# What the guide shows, run in the copy.
guide() { check_block docs/kubernetes.md "$1" "$2" "$1.sh" env -C "$work" bash; }
guide helm-app '^            - name: CLIK2PAY_BASE_URL$'
guide helm-alone '^  name: pay-clik2pay-sidecar$'
guide redis 'name: Redis__ClientCertificateFile$'
guide private-authority 'name: Clik2pay__CaFile$'
guide plain-container 'command: \[/clik2pay-sidecar, wait, '
guide monitoring '^kind: PrometheusRule$'
if command -v kubectl >/dev/null; then
  guide kustomize '^kind: Secret$'
  for overlay in sandbox production; do
    render "kustomize-$overlay" kubectl kustomize "$work/examples/kustomize/overlays/$overlay"
  done
else
  tell skipped "kustomize (kubectl is not installed)"
fi

# Against Kubernetes's own schemas and the Prometheus operator's, unknown fields included; a kind that neither has is left out.
check "what is rendered is valid" kube-validate --allow-unknown "$work/rendered"/*.yaml

tell_lines < <(python3 -B tests/charts/checks.py "${update[@]}" "$work" || echo "failed the checks end well")
end
