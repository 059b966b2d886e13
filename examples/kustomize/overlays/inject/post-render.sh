#!/bin/sh
# A post-renderer for helm. Builds this kustomization with the manifests on standard input instead of app.yaml.
set -eu
overlay=$(dirname "$(readlink -f "$0")")
copy=$(mktemp -d)
# The manifests can contain Secrets. dash runs the trap EXIT after a signal only if the signal has a trap that exits.
trap 'rm -rf "$copy"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$copy/overlays"
cp -R "$overlay/../../components" "$copy/"
cp -R "$overlay" "$copy/overlays/inject"
cat >"$copy/overlays/inject/app.yaml"
kubectl kustomize "$copy/overlays/inject"
