{{- /* The containers of a pod share its ports. The app cannot start if it listens on a port of the sidecar. */}}
{{- define "clik2pay-sidecar.own.portsGuard" -}}
{{- $v := .Values -}}
{{- $ports := list (int $v.ports.callers) (int $v.ports.admin) -}}
{{- $ofListeners := list -}}
{{- range $v.listeners }}{{ with .port }}{{ $ofListeners = append $ofListeners (int .) }}{{ end }}{{ end -}}
{{- $ofSidecar := concat $ports $ofListeners -}}
{{- with $v.app.port }}{{ $ports = append $ports (int .) }}{{ end -}}
{{- $all := concat $ports $ofListeners -}}
{{- if ne (uniq $all | len) (len $all) -}}
{{- $remedy := "They must differ, because the containers of a pod share its ports." -}}
{{- $listeners := $ofListeners | empty | ternary "" (printf ", and the ports of listeners are %s" (join ", " $ofListeners)) -}}
{{- fail (printf "ports: ports.callers, ports.admin and app.port are %s%s. %s" (join ", " $ports) $listeners $remedy) -}}
{{- end -}}
{{- /* Other values show the port of the app too. The default of many frameworks is 8080. */}}
{{- $found := dict -}}
{{- range $probe := list "startupProbe" "readinessProbe" "livenessProbe" -}}
{{- range $kind := list "httpGet" "tcpSocket" "grpc" -}}
{{- $port := dig $kind "port" "" (index $v.app $probe) -}}
{{- $_ := set $found (toString $port) (printf "app.%s" $probe) -}}
{{- end -}}
{{- end -}}
{{- range include "clik2pay-sidecar.own.tpl" (list $v.app.env .) | fromYamlArray -}}
{{- if has .name (list "PORT" "HTTP_PORT" "SERVER_PORT" "ASPNETCORE_HTTP_PORTS") -}}
{{- range splitList ";" (.value | default "") }}{{ $_ := set $found . "app.env" }}{{ end -}}
{{- end -}}
{{- end -}}
{{- range $port, $key := $found -}}
{{- if has (int $port) $ofSidecar -}}
{{- $remedy := "Set app.port to this port, and change ports.callers or ports.admin. CLIK2PAY_BASE_URL then contains the new port." -}}
{{- fail (printf "%s: the app listens on port %d, which is a port of the sidecar. %s" $key (int $port) $remedy) -}}
{{- end -}}
{{- end -}}
{{- end }}
