#!/usr/bin/env bash
# Renders, lints and validates the chart and the examples, checks the renders with charts/checks.py, runs the blocks of
# docs/how-to/kubernetes.md that need no cluster, and renders the patches of docs/how-to/external-secrets.md. Requires helm. Checks that
# need kube-validate or kubectl are skipped without them.
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
require_commands "The chart renders valid resources" helm python3
if ! python3 -c 'import yaml' 2>/dev/null; then
  report skipped "The chart renders valid resources (Python's module yaml is not installed; Debian package: python3-yaml)"
  end
fi
echo "charts: rendered by helm $(helm version --short)"

# Helm packages only files in the chart's folder, so the chart contains copies of files in observability/.
for file in alerts.yaml grafana-dashboard.json; do
  if [ -n "${update[*]}" ]; then cp "observability/$file" charts/clik2pay-sidecar/files/; fi
  check "The chart's $file equals the one in observability/ (to copy it, run tests/charts.sh --update)" \
    cmp "observability/$file" "charts/clik2pay-sidecar/files/$file"
done

# Work on a copy, because helm and the guide write files, one of them with credentials.
cp -r charts examples "$work/"
chart=$work/charts/clik2pay-sidecar shop=$work/examples/helm/shop
check "The dependency of the example builds" helm dependency build "$shop"

# render NAME COMMAND…: runs the command and keeps its output for the checks that follow.
mkdir "$work/rendered"
render() {
  local name=$1
  shift
  check "$name renders" bash -c '"$@" >"$0"' "$work/rendered/$name.yaml" "$@"
}

for values in "$chart"/ci/*-values.yaml; do
  name=$(basename "$values" -values.yaml)
  check "$name passes helm lint" helm lint "$chart" --strict -f "$values"
  render "$name" helm template "$name" "$chart" -f "$values" --api-versions monitoring.coreos.com/v1
done
check "shop passes helm lint" helm lint "$shop" --strict
render shop helm template shop "$shop"
render shop-plain helm template shop-plain "$shop" --kube-version 1.27 --set clik2pay-sidecar.nativeSidecar=false

# check_guide NAME PATTERN: runs a block of docs/how-to/kubernetes.md in the copy.
check_guide() { check_block docs/how-to/kubernetes.md "$1" "$2" "$1.sh" env -C "$work" bash; }
check_guide helm-app '^            - name: CLIK2PAY_BASE_URL$'
check_guide helm-alone '^  name: pay-clik2pay-sidecar$'
check_guide redis 'name: Redis__ClientCertificateFile$'
check_guide private-authority 'name: Clik2pay__CaFile$'
check_guide plain-container 'command: \[/clik2pay-sidecar, wait, '
check_guide monitoring '^kind: PrometheusRule$'
if command -v kubectl >/dev/null; then
  check_guide kustomize '^kind: Secret$'
  for overlay in sandbox production; do
    render "kustomize-$overlay" kubectl kustomize "$work/examples/kustomize/overlays/$overlay"
  done
  # The patches of docs/how-to/external-secrets.md.
  for patch in csi agent; do
    mkdir "$work/examples/kustomize/overlays/$patch"
    awk -v mark="<!-- patch: $patch -->" '$0 == mark { found = 1; next } found && /^```/ { if (inside) exit; inside = 1; next } inside' \
      docs/how-to/external-secrets.md >"$work/examples/kustomize/overlays/$patch/patch.yaml"
    printf 'resources: [../../base]\npatches: [{path: patch.yaml}]\n' >"$work/examples/kustomize/overlays/$patch/kustomization.yaml"
    render "kustomize-$patch" kubectl kustomize "$work/examples/kustomize/overlays/$patch"
  done
else
  report skipped "The kustomize overlays render (kubectl is not installed)"
fi

# Checks against the schemas of Kubernetes and the Prometheus operator, and rejects unknown fields. Kinds without a schema are skipped.
check "The rendered resources are valid" kube-validate --allow-unknown "$work/rendered"/*.yaml

report_lines < <(python3 -B tests/charts/checks.py "${update[@]}" "$work" || echo "failed The checks in tests/charts/checks.py complete")
end
