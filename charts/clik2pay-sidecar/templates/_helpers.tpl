{{- /* Names, labels, and what is refused. */}}

{{- /* At most 51 characters, so that the longest name made of it, with -credentials, has 63 (a DNS label). */}}
{{- define "clik2pay-sidecar.own.fullname" -}}
{{- $name := default "clik2pay-sidecar" .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 51 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 51 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "clik2pay-sidecar.own.selectorLabels" -}}
app.kubernetes.io/name: {{ default "clik2pay-sidecar" .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "clik2pay-sidecar.own.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "clik2pay-sidecar.own.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* The pods that have the sidecar, whoever's workload they are of. */}}
{{- define "clik2pay-sidecar.own.sidecarLabel" -}}
clik2pay-sidecar: {{ include "clik2pay-sidecar.own.fullname" . }}
{{- end }}

{{- /* A value that may hold template expressions: (list VALUE CONTEXT). */}}
{{- define "clik2pay-sidecar.own.tpl" -}}
{{- $value := index . 0 -}}
{{- tpl (kindIs "string" $value | ternary $value (toYaml $value)) (index . 1) -}}
{{- end }}

{{- /* Not empty when there are pods with the sidecar: of this chart, or of one that depends on it. Alone and without an app it can hold alerts and dashboard. */}}
{{- define "clik2pay-sidecar.own.hasSidecar" -}}
{{- if or .Values.app.image (not .Chart.IsRoot) -}}yes{{- end -}}
{{- end }}

{{- define "clik2pay-sidecar.own.hasRedis" -}}
{{- if or .Values.redis.existingSecret .Values.redis.connectionString -}}yes{{- end -}}
{{- end }}

{{- define "clik2pay-sidecar.own.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "clik2pay-sidecar.own.fullname" .) "default") -}}
{{- end }}

{{- /* The job's name holds clik2pay-sidecar, as two alerts and the dashboard look for that, and the release, as a fleet is counted by it. */}}
{{- define "clik2pay-sidecar.own.job" -}}
{{- $name := include "clik2pay-sidecar.own.fullname" . -}}
{{- contains "clik2pay-sidecar" $name | ternary $name (printf "%s-clik2pay-sidecar" $name) -}}
{{- end }}

{{- /* Refuses, with the remedy, what the schema cannot judge. */}}
{{- define "clik2pay-sidecar.own.guard" -}}
{{- $v := .Values -}}
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
{{- range $variable := $v.extraEnv -}}
{{- with get $secrets (lower $variable.name) -}}
{{- fail (printf "extraEnv: %s is a secret and would be in clear text in the pod; set %s." $variable.name .) -}}
{{- end -}}
{{- end -}}
{{- if not $v.environment -}}
{{- fail "environment: say whom to call: Sandbox, Production or Custom. It has no default, as in production real money moves." -}}
{{- end -}}
{{- if and (eq $v.environment "Custom") (not (and $v.apiBaseUrl $v.tokenEndpoint)) -}}
{{- fail "environment: with Custom say where API and token endpoint are: set apiBaseUrl and tokenEndpoint." -}}
{{- end -}}
{{- if and (ne $v.environment "Custom") (or $v.apiBaseUrl $v.tokenEndpoint) -}}
{{- fail (printf "apiBaseUrl, tokenEndpoint: %s has addresses of its own; leave both out, or set environment to Custom." $v.environment) -}}
{{- end -}}
{{- if not $v.credentials.existingSecret -}}
{{- $missing := list -}}
{{- range list "username" "password" "apiKey" -}}
{{- if not (index $v.credentials.inline .) -}}{{- $missing = append $missing . -}}{{- end -}}
{{- end -}}
{{- if len $missing | eq 3 -}}
{{- fail "credentials: none are given; set credentials.existingSecret to the name of a Secret with the keys username, password and api-key (for a trial: credentials.inline)." -}}
{{- else if $missing -}}
{{- fail (printf "credentials.inline: %s is missing; give all three, or better credentials.existingSecret." (join " and " $missing)) -}}
{{- end -}}
{{- end -}}
{{- if and $v.ca.configMap $v.ca.secret -}}
{{- fail "ca: configMap and secret are both set; keep one of them." -}}
{{- end -}}
{{- $forRedis := dict
  "caSecret" $v.redis.caSecret
  "auth.existingSecret" $v.redis.auth.existingSecret
  "sentinelAuth.existingSecret" $v.redis.sentinelAuth.existingSecret
  "clientCertificate.existingSecret" $v.redis.clientCertificate.existingSecret -}}
{{- range $key, $secret := $forRedis -}}
{{- if and $secret (not (include "clik2pay-sidecar.own.hasRedis" $)) -}}
{{- $remedy := "Set redis.existingSecret or redis.connectionString, or leave it out." -}}
{{- fail (printf "redis.%s: it has no effect without Redis. %s" $key $remedy) -}}
{{- end -}}
{{- end -}}
{{- range $key := list "auth" "sentinelAuth" -}}
{{- $auth := index $v.redis $key -}}
{{- if and $auth.keys.user (not $auth.existingSecret) -}}
{{- fail (printf "redis.%s.keys.user: it has no effect without redis.%s.existingSecret. Set that too, or leave it out." $key $key) -}}
{{- end -}}
{{- end -}}
{{- if and $v.nativeSidecar (semverCompare "<1.29.0-0" .Capabilities.KubeVersion.Version) -}}
{{- fail (printf "nativeSidecar: Kubernetes %s has no native sidecars (1.29 and newer have); set nativeSidecar=false for a plain container." .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- $ports := list (int $v.ports.callers) (int $v.ports.admin) -}}
{{- with $v.app.port }}{{ $ports = append $ports (int .) }}{{ end -}}
{{- if ne (uniq $ports | len) (len $ports) -}}
{{- fail (printf "ports: the containers of a pod share its ports, so ports.callers, ports.admin and app.port must differ (%s); give ports.callers or ports.admin another." (join ", " $ports)) -}}
{{- end -}}
{{- $names := list -}}
{{- range include "clik2pay-sidecar.own.env" . | fromYamlArray -}}
{{- if has .name $names -}}
{{- fail (printf "extraEnv: %s is there already; set it by its own value of this chart, and once." .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- end }}

{{- /* Refuses what the cluster does not know: (list CONTEXT KEY). Left out quietly, it would be missed when it is needed. */}}
{{- define "clik2pay-sidecar.own.needsOperator" -}}
{{- if not ((index . 0).Capabilities.APIVersions.Has "monitoring.coreos.com/v1") -}}
{{- fail (printf "%s.enabled: this cluster has no monitoring.coreos.com/v1; install the Prometheus operator first, or leave it off (helm template does not ask the cluster: add --api-versions monitoring.coreos.com/v1)." (index . 1)) -}}
{{- end -}}
{{- end }}
