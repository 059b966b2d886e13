#!/bin/sh
# A post-renderer for helm. Builds this kustomization with the manifests on standard input instead of app.yaml.
set -eu
overlay=$(dirname "$(readlink -f "$0")")
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -R "$overlay/../.." "$copy/kustomize"
cat >"$copy/kustomize/overlays/inject/app.yaml"
kubectl kustomize "$copy/kustomize/overlays/inject"
