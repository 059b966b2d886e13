{{- /*
What the chart of an app includes, with `.` or `$`; charts/clik2pay-sidecar/README.md shows where each goes. This chart's own workload uses the very same.

`include` hands over the context of the chart that calls, where .Values, .Chart and .Files are the app's. So each of these looks for this chart's
own context, and goes on in _pod.tpl with that.
*/}}

{{- /* Items for `initContainers`: the native sidecar, or nothing. Put them first: what stands before them has no sidecar. */}}
{{- define "clik2pay-sidecar.initContainers" -}}{{ include "clik2pay-sidecar.own" (list . "initContainers") }}{{- end }}

{{- /* Items for `containers`: the plain container, or nothing. Put them first: kubelet starts containers in this order. */}}
{{- define "clik2pay-sidecar.containers" -}}{{ include "clik2pay-sidecar.own" (list . "containers") }}{{- end }}

{{- /* The sidecar's container, native or plain, where the two above do not fit. */}}
{{- define "clik2pay-sidecar.container" -}}{{ include "clik2pay-sidecar.own" (list . "container") }}{{- end }}

{{- /* Items for `volumes`. */}}
{{- define "clik2pay-sidecar.volumes" -}}{{ include "clik2pay-sidecar.own" (list . "volumes") }}{{- end }}

{{- /* Entries for the pod's `annotations`. */}}
{{- define "clik2pay-sidecar.podAnnotations" -}}{{ include "clik2pay-sidecar.own" (list . "podAnnotations") }}{{- end }}

{{- /* Entries for the pod's `labels`: monitors and the NetworkPolicy find the pods by them. Not for the selector of a Deployment. */}}
{{- define "clik2pay-sidecar.podLabels" -}}{{ include "clik2pay-sidecar.own" (list . "podLabels") }}{{- end }}

{{- /* The number for `terminationGracePeriodSeconds`: what the app may take to end, and what the sidecar may. */}}
{{- define "clik2pay-sidecar.terminationGracePeriodSeconds" -}}{{ include "clik2pay-sidecar.own" (list . "terminationGracePeriodSeconds") }}{{- end }}

{{- /* Items for `imagePullSecrets`. */}}
{{- define "clik2pay-sidecar.imagePullSecrets" -}}{{ include "clik2pay-sidecar.own" (list . "imagePullSecrets") }}{{- end }}

{{- /* Items for `env` of the app's container: where the sidecar is. */}}
{{- define "clik2pay-sidecar.appEnv" -}}{{ include "clik2pay-sidecar.own" (list . "appEnv") }}{{- end }}

{{- /* Items for `volumeMounts` of the app's container: the caller token, if there is one. */}}
{{- define "clik2pay-sidecar.appVolumeMounts" -}}{{ include "clik2pay-sidecar.own" (list . "appVolumeMounts") }}{{- end }}

{{- /* Includes own.NAME with this chart's context: (list CONTEXT NAME), where CONTEXT is this chart's own or that of a chart that depends on it. */}}
{{- define "clik2pay-sidecar.own" -}}
{{- $context := index . 0 -}}
{{- if not (and (kindIs "map" $context) (hasKey $context "Chart")) -}}
{{- fail (printf "clik2pay-sidecar.%s: include it with the chart's context: `$`, or `.` outside of range and with." (index . 1)) -}}
{{- end -}}
{{- $own := $context -}}
{{- if ne $context.Chart.Name "clik2pay-sidecar" -}}
{{- $own = get ($context.Subcharts | default dict) "clik2pay-sidecar" -}}
{{- if not $own -}}
{{- fail (printf "clik2pay-sidecar.%s: %s does not depend on the chart clik2pay-sidecar under this name; list it in dependencies of Chart.yaml without an alias (Helm 3.7 or newer)." (index . 1) $context.Chart.Name) -}}
{{- end -}}
{{- /* The context of a dependency has none, and tpl of Helm before 3.13 asks for it. */ -}}
{{- $_ := set $own "Template" $context.Template -}}
{{- end -}}
{{- include (printf "clik2pay-sidecar.own.%s" (index . 1)) $own | trim -}}
{{- end }}
