{{- /*
Templates that the chart of an app includes, with `.` or `$` as the context. charts/clik2pay-sidecar/README.md shows where each template
belongs. This chart's own workload uses the same templates.

`include` passes the context of the calling chart, in which .Values, .Chart and .Files are those of the app. Therefore each template finds
the context of this chart, and passes it to the implementation in _pod.tpl. With enabled=false, each template renders nothing.
*/}}

{{- /* Items for `initContainers`: the native sidecar, or nothing. Put these items first, because init containers before them cannot use the
sidecar. */}}
{{- define "clik2pay-sidecar.initContainers" -}}{{ include "clik2pay-sidecar.own" (list . "initContainers") }}{{- end }}

{{- /* Items for `containers`: the plain container, or nothing. Put these items first, because the kubelet starts containers in order. */}}
{{- define "clik2pay-sidecar.containers" -}}{{ include "clik2pay-sidecar.own" (list . "containers") }}{{- end }}

{{- /* The container of the sidecar, native or plain, for pods that the two templates above do not fit. */}}
{{- define "clik2pay-sidecar.container" -}}{{ include "clik2pay-sidecar.own" (list . "container") }}{{- end }}

{{- /* Items for `volumes`. */}}
{{- define "clik2pay-sidecar.volumes" -}}{{ include "clik2pay-sidecar.own" (list . "volumes") }}{{- end }}

{{- /* Entries for the pod's `annotations`. */}}
{{- define "clik2pay-sidecar.podAnnotations" -}}{{ include "clik2pay-sidecar.own" (list . "podAnnotations") }}{{- end }}

{{- /* Entries for the pod's `labels`. Monitors and the NetworkPolicy select pods by these labels.
Do not use these labels in the selector of a Deployment. */}}
{{- define "clik2pay-sidecar.podLabels" -}}{{ include "clik2pay-sidecar.own" (list . "podLabels") }}{{- end }}

{{- /* The number for `terminationGracePeriodSeconds`: the time that the app and the sidecar may take to stop. */}}
{{- define "clik2pay-sidecar.terminationGracePeriodSeconds" -}}
{{- include "clik2pay-sidecar.own" (list . "terminationGracePeriodSeconds") }}{{- end }}

{{- /* Items for `imagePullSecrets`. */}}
{{- define "clik2pay-sidecar.imagePullSecrets" -}}{{ include "clik2pay-sidecar.own" (list . "imagePullSecrets") }}{{- end }}

{{- /* Items for `env` of the app's container: the address of the sidecar, and the path of the caller token if there is one. */}}
{{- define "clik2pay-sidecar.appEnv" -}}{{ include "clik2pay-sidecar.own" (list . "appEnv") }}{{- end }}

{{- /* Items for `volumeMounts` of the app's container: its caller token and the folder of its socket, if there are any. */}}
{{- define "clik2pay-sidecar.appVolumeMounts" -}}{{ include "clik2pay-sidecar.own" (list . "appVolumeMounts") }}{{- end }}

{{- /* Includes own.NAME with the context of this chart. Arguments: (list CONTEXT NAME).
CONTEXT is that of this chart or of a chart that depends on it. */}}
{{- define "clik2pay-sidecar.own" -}}
{{- $context := index . 0 -}}
{{- $template := printf "clik2pay-sidecar.%s" (index . 1) -}}
{{- if not (and (kindIs "map" $context) (hasKey $context "Chart")) -}}
{{- $remedy := "Use `$`, or `.` outside of range and with." -}}
{{- fail (printf "%s: the argument is not the context of a chart. %s" $template $remedy) -}}
{{- end -}}
{{- $own := $context -}}
{{- $folder := "" -}}
{{- if not (index $context.Chart.Annotations "clik2pay-sidecar/chart") -}}
{{- $names := list -}}
{{- range $name, $chart := $context.Subcharts -}}
{{- if index $chart.Chart.Annotations "clik2pay-sidecar/chart" }}{{ $own = $chart }}{{ $names = append $names $name }}{{ end -}}
{{- end -}}
{{- if not $names -}}
{{- /* Another chart of the release depends on this chart. Otherwise, Helm would not find this template. */ -}}
{{- $reason := "does not depend on clik2pay-sidecar, or the condition of this dependency is false" -}}
{{- $remedy := "List it in the dependencies of Chart.yaml. With a condition, include the template only if .Subcharts contains it." -}}
{{- fail (printf "%s: the chart %s %s. %s" $template $context.Chart.Name $reason $remedy) -}}
{{- else if gt (len $names) 1 -}}
{{- $remedy := printf "Pass the context of one of them: (index .Subcharts %q)." (first $names) -}}
{{- fail (printf "%s: the chart %s has several sidecars: %s. %s" $template $context.Chart.Name (join ", " $names) $remedy) -}}
{{- end -}}
{{- $name := first $names -}}
{{- $usual := index $own.Chart.Annotations "clik2pay-sidecar/chart" -}}
{{- if and (ne $name $usual) (get $context.Values $usual) -}}
{{- $reason := printf "these values have no effect in the chart %s, because its dependency has the alias %s" $context.Chart.Name $name -}}
{{- fail (printf "%s: %s. Move them to %s." $usual $reason $name) -}}
{{- end -}}
{{- $folder = printf "charts/%s/" $name -}}
{{- end -}}
{{- /* The context of a dependency lacks .Template unless Helm has rendered a template of the dependency before. */ -}}
{{- if $context.Template -}}
{{- $path := printf "%s/%stemplates" (dir $context.Template.BasePath) $folder -}}
{{- $_ := set $own "Template" (dict "Name" $context.Template.Name "BasePath" $path) -}}
{{- else -}}
{{- $remedy := "Move the file that includes it to a folder at most two levels below templates/." -}}
{{- fail (printf "%s: Helm has not rendered the chart %s yet. %s" $template $context.Chart.Name $remedy) -}}
{{- end -}}
{{- if $own.Values.enabled }}{{ include (printf "clik2pay-sidecar.own.%s" (index . 1)) $own | trim }}{{ end -}}
{{- end }}
