{{- /* Listeners for callers: addresses, and Unix sockets. Each socket has its own volume and folder, so that a container reaches only the
sockets that it mounts. */}}

{{- /* The folder of a listener's socket. The argument is the name of the listener. */}}
{{- define "clik2pay-sidecar.own.socketFolder" -}}/run/clik2pay/{{ . }}{{- end }}

{{- /* The address of a listener. Arguments: (list NAME CONTEXT). */}}
{{- define "clik2pay-sidecar.own.listenerAddress" -}}
{{- $values := (index . 1).Values -}}
{{- $listener := get $values.listeners (index . 0) | default dict -}}
{{- $port := eq (index . 0) "default" | ternary $values.ports.callers $listener.port -}}
{{- if $listener.socket -}}http://unix:{{ include "clik2pay-sidecar.own.socketFolder" (index . 0) }}/{{ $listener.socket }}
{{- else -}}{{ $listener.address | default (printf "http://127.0.0.1:%d" (int $port)) }}
{{- end -}}
{{- end }}

{{- define "clik2pay-sidecar.own.listenersEnv" -}}
- name: Sidecar__Listen
  value: {{ include "clik2pay-sidecar.own.listenerAddress" (list "default" .) | quote }}
{{- range $name, $listener := .Values.listeners }}
{{- if ne $name "default" }}
- name: Sidecar__Listeners__{{ $name }}__Address
  value: {{ include "clik2pay-sidecar.own.listenerAddress" (list $name $) | quote }}
{{- end }}
{{- with $listener.profile }}
- name: Sidecar__Listeners__{{ $name }}__Profile
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- if include "clik2pay-sidecar.own.sockets" . | fromJsonArray }}
{{- /* The app can run as any user. Only containers that mount the volume of a socket can reach the socket. */}}
- name: Sidecar__SocketMode
  value: "0666"
{{- end }}
{{- end }}

{{- /* A JSON list of the names of the listeners with a socket. */}}
{{- define "clik2pay-sidecar.own.sockets" -}}
{{- $names := list -}}
{{- range $name, $listener := .Values.listeners }}{{ if $listener.socket }}{{ $names = append $names $name }}{{ end }}{{ end -}}
{{- toJson $names -}}
{{- end }}

{{- /* The name of the volume of a socket. Volume names cannot contain underscores. The argument is the name of the listener. */}}
{{- define "clik2pay-sidecar.own.socketVolume" -}}clik2pay-socket-{{ replace "_" "-" . }}{{- end }}

{{- define "clik2pay-sidecar.own.socketVolumes" -}}
{{- range include "clik2pay-sidecar.own.sockets" . | fromJsonArray }}
- name: {{ include "clik2pay-sidecar.own.socketVolume" . }}
  emptyDir: {}
{{- end }}
{{- end }}

{{- /* The mount of a socket. Arguments: (list LISTENER READONLY). A read-only mount still lets the app connect, and keeps it from
replacing the socket. */}}
{{- define "clik2pay-sidecar.own.socketMount" }}
- name: {{ include "clik2pay-sidecar.own.socketVolume" (index . 0) }}
  mountPath: {{ include "clik2pay-sidecar.own.socketFolder" (index . 0) }}
  readOnly: {{ index . 1 }}
{{- end }}

{{- /* The name of the app's listener. */}}
{{- define "clik2pay-sidecar.own.appListener" -}}{{ .Values.app.listener | default "default" }}{{- end }}

{{- /* The path of the Unix socket of the app's listener, or nothing. */}}
{{- define "clik2pay-sidecar.own.appSocket" -}}
{{- $name := include "clik2pay-sidecar.own.appListener" . -}}
{{- with (get .Values.listeners $name | default dict).socket -}}
{{- include "clik2pay-sidecar.own.socketFolder" $name }}/{{ . }}
{{- end -}}
{{- end }}

{{- /* The base URL of the app. Through a Unix socket, the host in the URL is localhost. */}}
{{- define "clik2pay-sidecar.own.appBaseUrl" -}}
{{- if include "clik2pay-sidecar.own.appSocket" . -}}http://localhost
{{- else -}}{{ include "clik2pay-sidecar.own.listenerAddress" (list (include "clik2pay-sidecar.own.appListener" .) .) }}
{{- end -}}
{{- end }}

{{- define "clik2pay-sidecar.own.listenersGuard" -}}
{{- $v := .Values -}}
{{- include "clik2pay-sidecar.own.namesGuard" (list "listeners" $v.listeners) -}}
{{- range $name, $listener := $v.listeners -}}
{{- $key := printf "listeners.%s" $name -}}
{{- $set := list -}}
{{- range $field := list "port" "address" "socket" }}{{ if get $listener $field }}{{ $set = append $set $field }}{{ end }}{{ end -}}
{{- if eq $name "default" -}}
{{- if or $listener.port $listener.address -}}
{{- fail (printf "%s: this listener has the port in ports.callers. Set only its profile or socket, or rename the listener." $key) -}}
{{- end -}}
{{- if not (or $listener.profile $listener.socket) -}}
{{- fail (printf "%s: set its profile or socket, or remove this listener." $key) -}}
{{- end -}}
{{- else if not $set -}}
{{- fail (printf "%s: set port, or socket for a Unix socket." $key) -}}
{{- else if gt (len $set) 1 -}}
{{- fail (printf "%s: %s are all set. Keep only one of them." $key (join " and " $set) | replace "are all" "are both") -}}
{{- end -}}
{{- end -}}
{{- with $v.app.listener -}}
{{- if and (ne . "default") (not (hasKey $v.listeners .)) -}}
{{- fail (printf "app.listener: there is no listener %s. Use the name of a listener in listeners, or remove this value." .) -}}
{{- end -}}
{{- if hasPrefix "http://unix:" ((get $v.listeners .).address | default "") -}}
{{- fail (printf "app.listener: the chart does not share listeners.%s.address with the app. Set its socket instead of address." .) -}}
{{- end -}}
{{- end -}}
{{- end }}
