{{- /* Names, labels, and validation. */}}

{{- /* A JSON list of the names of the charts from the release's chart to this one, with aliases. Helm has them only in the path of the
templates, such as umbrella/charts/shop/charts/clik2pay-sidecar/templates. */}}
{{- define "clik2pay-sidecar.own.path" -}}
{{- $names := list -}}
{{- range $index, $name := splitList "/" .Template.BasePath -}}
{{- if eq (mod $index 2) 0 }}{{ $names = append $names $name }}{{ end -}}
{{- end -}}
{{- toJson $names -}}
{{- end }}

{{- /* Turns a text into a DNS label of at most MAX characters. A changed text gets a hash, so that two texts never give the same label.
With an IDENTITY, the label always gets the hash of the IDENTITY, because other identities can have the same text.
Arguments: (list TEXT MAX), or (list TEXT MAX IDENTITY). */}}
{{- define "clik2pay-sidecar.own.dnsLabel" -}}
{{- $text := index . 0 -}}
{{- $identity := gt (len .) 2 | ternary (last .) "" -}}
{{- $label := $text | lower | replace "_" "-" | replace "." "-" -}}
{{- if and (not $identity) (eq $label $text) (le (len $label) (index . 1)) -}}
{{- $label -}}
{{- else -}}
{{- $hash := $identity | default $text | sha256sum | trunc 8 -}}
{{- printf "%s-%s" ($label | trunc (int (sub (index . 1) 9)) | trimSuffix "-") $hash -}}
{{- end -}}
{{- end }}

{{- /* The name of this chart, or its alias. Below the dependencies of an umbrella chart, the names of the charts in between come first,
because two charts of an umbrella can each have a sidecar. Different names can give the same text, such as a, clik2pay-sidecar and
a-clik2pay, sidecar. Two texts need no hash: this chart's name after the name of one chart, and a single name that is not such a text. */}}
{{- define "clik2pay-sidecar.own.name" -}}
{{- $path := include "clik2pay-sidecar.own.path" . | fromJsonArray -}}
{{- $names := append ($path | initial | rest) (.Values.nameOverride | default (last $path)) -}}
{{- $chart := index .Chart.Annotations "clik2pay-sidecar/chart" -}}
{{- $isUsual := and (eq (len $names) 2) (eq (last $names) $chart) (not (include "clik2pay-sidecar.own.hasAlias" .)) -}}
{{- $isSingle := and (eq (len $names) 1) (or (eq (len $path) 1) (not (hasSuffix (printf "-%s" $chart) (last $names)))) -}}
{{- $identity := or $isSingle $isUsual | ternary "" (toJson $names) -}}
{{- include "clik2pay-sidecar.own.dnsLabel" (list (join "-" $names) 63 $identity) -}}
{{- end }}

{{- /* At most 51 characters, so that the name with the longest suffix, -credentials, is a DNS label of at most 63. The name is that of the
release if it contains the name of this chart, unless there can be a second sidecar in the release. */}}
{{- define "clik2pay-sidecar.own.fullname" -}}
{{- $name := include "clik2pay-sidecar.own.name" . -}}
{{- $depth := include "clik2pay-sidecar.own.path" . | fromJsonArray | len -}}
{{- $isOnly := and (le $depth 2) (not (include "clik2pay-sidecar.own.hasAlias" .)) -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if and $isOnly (contains $name .Release.Name) -}}
{{- include "clik2pay-sidecar.own.dnsLabel" (list .Release.Name 51) -}}
{{- else -}}
{{- include "clik2pay-sidecar.own.dnsLabel" (list (printf "%s-%s" .Release.Name $name) 51) -}}
{{- end -}}
{{- end }}

{{- /* "yes" if Chart.yaml of the chart that depends on this one has an alias for it. Helm then changes the name in .Chart. */}}
{{- define "clik2pay-sidecar.own.hasAlias" -}}
{{- if ne .Chart.Name (index .Chart.Annotations "clik2pay-sidecar/chart") -}}yes{{- end -}}
{{- end }}

{{- define "clik2pay-sidecar.own.selectorLabels" -}}
app.kubernetes.io/name: {{ include "clik2pay-sidecar.own.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "clik2pay-sidecar.own.labels" -}}
{{- include "clik2pay-sidecar.own.labelsWith" (list . dict) -}}
{{- end }}

{{- /* The labels of an object with labels of its own. These replace commonLabels of the same name. Arguments: (list CONTEXT LABELS). */}}
{{- define "clik2pay-sidecar.own.labelsWith" -}}
{{- $ := index . 0 -}}
{{- $labels := include "clik2pay-sidecar.own.selectorLabels" $ | fromYaml -}}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" $.Chart.Name $.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") -}}
{{- $_ := set $labels "app.kubernetes.io/version" $.Chart.AppVersion -}}
{{- $_ := set $labels "app.kubernetes.io/managed-by" $.Release.Service -}}
{{- merge (deepCopy (index . 1)) $.Values.commonLabels $labels | toYaml -}}
{{- end }}

{{- /* The labels of all pods with the sidecar, in this chart and in charts that depend on it. Two releases can give the same name, such as
pay with a chart shop, and pay-shop. */}}
{{- define "clik2pay-sidecar.own.sidecarLabels" -}}
clik2pay-sidecar: {{ include "clik2pay-sidecar.own.fullname" . | quote }}
{{ include "clik2pay-sidecar.own.releaseLabel" . }}
{{- end }}

{{- define "clik2pay-sidecar.own.releaseLabel" -}}
clik2pay-sidecar-release: {{ .Release.Name | quote }}
{{- end }}

{{- /* The value of the label clik2pay-sidecar for the pod of `helm test`. No sidecar has a name with a dot. */}}
{{- define "clik2pay-sidecar.own.checkLabelValue" -}}{{ include "clik2pay-sidecar.own.fullname" . }}.check{{- end }}

{{- /* Fails for labels that selectors depend on. */}}
{{- define "clik2pay-sidecar.own.labelsGuard" -}}
{{- $selectors := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "clik2pay-sidecar" "clik2pay-sidecar-release" -}}
{{- $podLabels := include "clik2pay-sidecar.own.tpl" (list .Values.podLabels .) | fromYaml -}}
{{- range $key, $labels := dict
  "commonLabels" .Values.commonLabels
  "podLabels" $podLabels
  "podMonitor.labels" .Values.podMonitor.labels
  "serviceMonitor.labels" .Values.serviceMonitor.labels
  "prometheusRule.labels" .Values.prometheusRule.labels
  "dashboard.labels" .Values.dashboard.labels -}}
{{- range $selectors -}}
{{- if hasKey $labels . -}}
{{- $remedy := "Remove the label. To change its value, set nameOverride or fullnameOverride." -}}
{{- fail (printf "%s: the chart sets the label %s, because selectors depend on it. %s" $key . $remedy) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- /* Renders the template expressions in a string, or in all strings of another value. A string is returned as it is, and another value
as YAML. Arguments: (list VALUE CONTEXT). */}}
{{- define "clik2pay-sidecar.own.tpl" -}}
{{- if kindIs "string" (index . 0) -}}
{{- tpl (index . 0) (index . 1) -}}
{{- else -}}
{{- (include "clik2pay-sidecar.own.tplJson" . | fromJson).value | toYaml -}}
{{- end -}}
{{- end }}

{{- /* A JSON object in which `value` is the rendered value. Each string is rendered by itself, because in YAML the text 1{{ 2 }} would
become a number. Arguments: (list VALUE CONTEXT). */}}
{{- define "clik2pay-sidecar.own.tplJson" -}}
{{- $value := index . 0 -}}
{{- $context := index . 1 -}}
{{- if kindIs "string" $value -}}
{{- $value = tpl $value $context -}}
{{- else if kindIs "slice" $value -}}
{{- $value = list -}}
{{- range index . 0 }}{{ $value = append $value (include "clik2pay-sidecar.own.tplJson" (list . $context) | fromJson).value }}{{ end -}}
{{- else if kindIs "map" $value -}}
{{- $value = dict -}}
{{- range $key, $item := index . 0 -}}
{{- $_ := set $value (tpl $key $context) (include "clik2pay-sidecar.own.tplJson" (list $item $context) | fromJson).value -}}
{{- end -}}
{{- end -}}
{{- dict "value" $value | toJson -}}
{{- end }}

{{- /* "yes" if there are pods with the sidecar, in this chart or in a chart that depends on it. Otherwise empty, because a release of this
chart can contain only alerts and the dashboard. */}}
{{- define "clik2pay-sidecar.own.hasSidecar" -}}
{{- if and .Values.enabled (or .Values.app.image (not .Chart.IsRoot)) -}}yes{{- end -}}
{{- end }}

{{- define "clik2pay-sidecar.own.serviceAccountName" -}}
{{- $default := .Values.serviceAccount.create | ternary (include "clik2pay-sidecar.own.fullname" .) "default" -}}
{{- .Values.serviceAccount.name | default $default -}}
{{- end }}

{{- /* The name of the Prometheus job. It contains clik2pay-sidecar, by which two alerts and the dashboard select jobs. It also contains the
name of the release, because an alert counts token calls by job. */}}
{{- define "clik2pay-sidecar.own.job" -}}
{{- $name := include "clik2pay-sidecar.own.fullname" . -}}
{{- contains "clik2pay-sidecar" $name | ternary $name (printf "%s-clik2pay-sidecar" $name) -}}
{{- end }}

{{- /* Validates what the schema cannot express. Each message names the remedy. */}}
{{- define "clik2pay-sidecar.own.guard" -}}
{{- $v := .Values -}}
{{- include "clik2pay-sidecar.own.labelsGuard" . -}}
{{- include "clik2pay-sidecar.own.profilesGuard" . -}}
{{- include "clik2pay-sidecar.own.callersGuard" . -}}
{{- include "clik2pay-sidecar.own.sourcesGuard" . -}}
{{- if and $v.nativeSidecar (semverCompare "<1.29.0-0" .Capabilities.KubeVersion.Version) -}}
{{- $version := .Capabilities.KubeVersion.Version -}}
{{- fail (printf "nativeSidecar: Kubernetes %s has no native sidecars. Use 1.29 or newer, or set nativeSidecar=false." $version) -}}
{{- end -}}
{{- $name := include "clik2pay-sidecar.own.fullname" . -}}
{{- if and (regexMatch "^[0-9]" $name) (or $v.serviceMonitor.enabled (and $v.app.image $v.app.port)) -}}
{{- $remedy := "Set fullnameOverride to a name that begins with a letter." -}}
{{- fail (printf "fullnameOverride: the name of the Service %s would begin with a digit, which Kubernetes refuses. %s" $name $remedy) -}}
{{- end -}}
{{- $policy := $v.networkPolicy -}}
{{- if and $policy.enabled $policy.appIngress (not (or $v.app.port $policy.extraIngress)) -}}
{{- $remedy := "Set app.port to the app's port, or networkPolicy.appIngress=false if the app accepts no traffic." -}}
{{- fail (printf "networkPolicy.enabled: the policy covers the whole pod, and would block all traffic to the app. %s" $remedy) -}}
{{- end -}}
{{- if and $v.reverseProxy (not $v.reverseProxy.Routes) -}}
{{- $remedy := "Add Routes, or remove reverseProxy for the default routes." -}}
{{- fail (printf "reverseProxy: there are no routes, so callers could not reach the API. %s" $remedy) -}}
{{- end -}}
{{- include "clik2pay-sidecar.own.portsGuard" . -}}
{{- include "clik2pay-sidecar.own.variablesGuard" . -}}
{{- include "clik2pay-sidecar.own.volumesGuard" . -}}
{{- include "clik2pay-sidecar.own.exposureGuard" . -}}
{{- end }}

{{- /* Fails if the Prometheus operator is missing. Silently omitting the object would leave the sidecar without monitoring.
Arguments: (list CONTEXT KEY). */}}
{{- define "clik2pay-sidecar.own.needsOperator" -}}
{{- if not ((index . 0).Capabilities.APIVersions.Has "monitoring.coreos.com/v1") -}}
{{- $remedy := "Install the Prometheus operator first. For helm template, add --api-versions monitoring.coreos.com/v1." -}}
{{- fail (printf "%s.enabled: the cluster does not have monitoring.coreos.com/v1. %s" (index . 1) $remedy) -}}
{{- end -}}
{{- end }}
