{{- /* Refuses variables, volumes and mounts that the values list twice, or that the chart itself sets. Kubernetes refuses some of them, and
takes the last of others. */}}

{{- /* The name by which .NET reads a variable. Settings are the same in upper and lower case, and with : instead of __. Only the variables
of HTTP proxies differ. */}}
{{- define "clik2pay-sidecar.own.variableName" -}}
{{- hasSuffix "_proxy" (lower .) | ternary . (lower . | replace ":" "__") -}}
{{- end }}

{{- define "clik2pay-sidecar.own.variablesGuard" -}}
{{- $secrets := dict
  "clik2pay__username" "credentials.existingSecret"
  "clik2pay__password" "credentials.existingSecret"
  "clik2pay__apikey" "credentials.existingSecret"
  "redis__connectionstring" "redis.existingSecret"
  "redis__user" "redis.auth.existingSecret"
  "redis__password" "redis.auth.existingSecret"
  "redis__sentineluser" "redis.sentinelAuth.existingSecret"
  "redis__sentinelpassword" "redis.sentinelAuth.existingSecret"
  "sidecar__callertoken" "callerToken.existingSecret" -}}
{{- range include "clik2pay-sidecar.own.tpl" (list .Values.extraEnv .) | fromYamlArray -}}
{{- $name := include "clik2pay-sidecar.own.variableName" .name -}}
{{- $remedy := get $secrets $name -}}
{{- if regexMatch "^profiles__.+__(username|password|apikey)$" $name -}}
{{- $remedy = regexReplaceAll "^profiles__(.+)__[a-z]+$" $name "profiles.$1.credentials.existingSecret" -}}
{{- end -}}
{{- /* Headers of OTLP usually contain the token of a collector. */}}
{{- if and (regexMatch "^otel_exporter_otlp_(.+_)?headers$" $name) .value -}}
{{- $headers := "Put the variable into a Secret, and add it with valueFrom or extraEnvFrom." -}}
{{- fail (printf "extraEnv: %s can contain a secret, and would be in clear text in the pod. %s" .name $headers) -}}
{{- end -}}
{{- if $remedy -}}
{{- fail (printf "extraEnv: %s is a secret and would be in clear text in the pod. Set %s instead." .name $remedy) -}}
{{- end -}}
{{- end -}}
{{- $names := dict -}}
{{- range include "clik2pay-sidecar.own.env" . | fromYamlArray -}}
{{- $name := include "clik2pay-sidecar.own.variableName" .name -}}
{{- if hasKey $names $name -}}
{{- fail (printf "extraEnv: %s is set twice. Set it once. If this chart has a value for it, use this value." .name) -}}
{{- end -}}
{{- $_ := set $names $name .name -}}
{{- end -}}
{{- if .Values.app.image -}}
{{- $names = dict -}}
{{- $more := include "clik2pay-sidecar.own.tpl" (list .Values.app.env .) | fromYamlArray -}}
{{- range concat (include "clik2pay-sidecar.own.appEnv" . | fromYamlArray) $more -}}
{{- if hasKey $names .name -}}
{{- fail (printf "app.env: %s is set twice. Remove it from app.env if this chart sets it. Otherwise, set it once." .name) -}}
{{- end -}}
{{- $_ := set $names .name "" -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "clik2pay-sidecar.own.volumesGuard" -}}
{{- $names := dict -}}
{{- range include "clik2pay-sidecar.own.volumes" . | fromYamlArray -}}
{{- if hasKey $names .name -}}
{{- fail (printf "extraVolumes: there are two volumes with the name %s. Rename the volume in extraVolumes." .name) -}}
{{- end -}}
{{- $_ := set $names .name "" -}}
{{- end -}}
{{- $sidecar := (include "clik2pay-sidecar.own.process" . | fromYaml).volumeMounts -}}
{{- include "clik2pay-sidecar.own.mountsGuard" (list "extraVolumeMounts" $sidecar) -}}
{{- if .Values.app.image -}}
{{- $app := include "clik2pay-sidecar.own.appVolumeMounts" . | fromYamlArray -}}
{{- include "clik2pay-sidecar.own.mountsGuard" (list "app.volumeMounts" (concat $app .Values.app.volumeMounts)) -}}
{{- end -}}
{{- end }}

{{- /* Arguments: (list KEY MOUNTS). */}}
{{- define "clik2pay-sidecar.own.mountsGuard" -}}
{{- $paths := dict -}}
{{- $key := index . 0 -}}
{{- range index . 1 -}}
{{- $path := clean .mountPath -}}
{{- if hasKey $paths $path -}}
{{- fail (printf "%s: two volumes are mounted at %s. Change the mountPath in %s." $key $path $key) -}}
{{- end -}}
{{- $_ := set $paths $path "" -}}
{{- end -}}
{{- end }}
