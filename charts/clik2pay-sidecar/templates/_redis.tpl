{{- /* The connection string of Redis. */}}

{{- /* "yes" if there is a connection string. */}}
{{- define "clik2pay-sidecar.own.hasRedis" -}}
{{- with .Values.redis }}{{ if or .connectionString (include "clik2pay-sidecar.own.hasPlace" .) }}yes{{ end }}{{ end -}}
{{- end }}

{{- /* "yes" if the chart creates the Secret of Redis from the connection string in the values. */}}
{{- define "clik2pay-sidecar.own.hasInlineRedis" -}}
{{- with .Values.redis }}{{ if and .connectionString (not (include "clik2pay-sidecar.own.hasPlace" .)) }}yes{{ end }}{{ end -}}
{{- end }}

{{- /* Refuses a connection string in the values with a password, and one with ports that the NetworkPolicy blocks. A connection string is
a comma-separated list of HOST:PORT and NAME=VALUE, or a URL redis://HOST:PORT or rediss://HOST:PORT. */}}
{{- define "clik2pay-sidecar.own.connectionStringGuard" -}}
{{- if include "clik2pay-sidecar.own.hasInlineRedis" . -}}
{{- $text := .Values.redis.connectionString -}}
{{- if or (regexMatch "(?i)(^|,)\\s*(sentinel)?password\\s*=" $text) (regexMatch "(?i)^\\s*[a-z]+://[^/?#]*@" $text) -}}
{{- $reason := "The pod has a checksum of this value, from which a password can be guessed." -}}
{{- $remedy := "Set redis.auth.existingSecret or redis.sentinelAuth.existingSecret, or put all of it into redis.existingSecret." -}}
{{- fail (printf "redis.connectionString: it contains a password. %s %s" $reason $remedy) -}}
{{- end -}}
{{- $policy := .Values.networkPolicy -}}
{{- if and $policy.enabled (not $policy.extraEgress) -}}
{{- $isSentinel := regexMatch "(?i)(^|,)\\s*serviceName\\s*=" $text -}}
{{- if and $isSentinel (not $policy.sentinelPort) -}}
{{- fail "redis.connectionString: it names Sentinels, which networkPolicy blocks. Set networkPolicy.sentinelPort, usually to 26379." -}}
{{- end -}}
{{- $allowed := $isSentinel | ternary $policy.sentinelPort $policy.redisPort | int -}}
{{- $value := $isSentinel | ternary "networkPolicy.sentinelPort" "networkPolicy.redisPort" -}}
{{- range splitList "," (regexReplaceAll "(?i)^\\s*[a-z]+://([^/?#]*).*" $text "${1}") -}}
{{- $port := regexFind "^\\s*(\\[[^]]*]|[^][:=]*):[0-9]+\\s*$" . | regexFind "[0-9]+\\s*$" | trim -}}
{{- if and $port (ne (int $port) $allowed) -}}
{{- fail (printf "redis.connectionString: networkPolicy blocks port %s. Set %s to this port, or add extraEgress." $port $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}
