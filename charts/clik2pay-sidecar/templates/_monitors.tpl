{{- /* What the PodMonitor and the ServiceMonitor share. */}}

{{- /* The rules for labels of targets and metrics. The alerts and the dashboard select sidecars by the label job, so rules that change it
are refused. Arguments: (list CONTEXT KEY). */}}
{{- define "clik2pay-sidecar.own.relabelings" -}}
{{- $key := index . 1 -}}
{{- $monitor := index (index . 0).Values $key -}}
{{- range $field := list "relabelings" "metricRelabelings" -}}
{{- range $index, $rule := index $monitor $field -}}
{{- $action := lower ($rule.action | default "replace") -}}
{{- $matchesJob := regexMatch (printf "^(?:%v)$" ($rule.regex | default "(.*)")) "job" -}}
{{- $isRemoved := or (and (eq $action "labeldrop") $matchesJob) (and (eq $action "labelkeep") (not $matchesJob)) -}}
{{- if or (eq ($rule.targetLabel | default "") "job") $isRemoved -}}
{{- $remedy := "Use another label, or change the job with fullnameOverride." -}}
{{- fail (printf "%s.%s[%d]: this rule changes the label job, by which the alerts select the sidecars. %s" $key $field $index $remedy) -}}
{{- end -}}
{{- end -}}
{{- end -}}
relabelings:
  {{- with $monitor.relabelings }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- /* Last, because the guard above cannot detect each rule that changes the job, such as a labelmap. */}}
  - targetLabel: job
    replacement: {{ include "clik2pay-sidecar.own.job" (index . 0) }}
{{- with $monitor.metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
