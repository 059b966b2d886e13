{{- /* Callers: who may use which profile, and for what. */}}

{{- /* Lists are written with semicolons. The tokens of callers are in own.sources. */}}
{{- define "clik2pay-sidecar.own.callersEnv" -}}
{{- range $name, $caller := .Values.callers }}
{{- range $setting, $numbers := dict "Uid" $caller.uid "Gid" $caller.gid }}
{{- with $numbers }}
{{- /* Helm reads numbers as floating-point numbers, and would write large ones with an exponent. */}}
{{- $texts := list }}
{{- range . }}{{ $texts = append $texts (int64 . | toString) }}{{ end }}
- name: Callers__{{ $name }}__{{ $setting }}
  value: {{ join ";" $texts | quote }}
{{- end }}
{{- end }}
{{- with $caller.profiles }}
- name: Callers__{{ $name }}__Profiles
  value: {{ join ";" . | quote }}
{{- end }}
- name: Callers__{{ $name }}__Operations
  value: {{ join ";" $caller.operations | quote }}
{{- end }}
{{- end }}

{{- define "clik2pay-sidecar.own.callersGuard" -}}
{{- $v := .Values -}}
{{- $profiles := list -}}
{{- range include "clik2pay-sidecar.own.profiles" . | fromJsonArray }}{{ $profiles = append $profiles .name }}{{ end -}}
{{- $known := join ", " $profiles -}}
{{- $hasSocket := false -}}
{{- include "clik2pay-sidecar.own.listenersGuard" . -}}
{{- range $name, $listener := $v.listeners -}}
{{- if or $listener.socket (hasPrefix "http://unix:" ($listener.address | default "")) }}{{ $hasSocket = true }}{{ end -}}
{{- if and $listener.profile (not (has $listener.profile $profiles)) -}}
{{- fail (printf "listeners.%s.profile: there is no profile %s. Use one of: %s." $name $listener.profile $known) -}}
{{- end -}}
{{- end -}}
{{- $tokens := dict -}}
{{- range include "clik2pay-sidecar.own.sources" . | fromJsonArray }}{{ $_ := set $tokens .key .option }}{{ end -}}
{{- if and $v.callers $tokens.callerToken -}}
{{- $remedy := printf "Move this value to callers.NAME.tokens.%s, or remove callers." $tokens.callerToken -}}
{{- fail (printf "callerToken.%s: callers and callerToken exclude each other. %s" $tokens.callerToken $remedy) -}}
{{- end -}}
{{- include "clik2pay-sidecar.own.namesGuard" (list "callers" $v.callers) -}}
{{- range $name, $caller := $v.callers -}}
{{- $key := printf "callers.%s" $name -}}
{{- if not (or (get $tokens (printf "%s.tokens" $key)) $caller.uid $caller.gid) -}}
{{- fail (printf "%s: the sidecar cannot recognize this caller. Set tokens, uid or gid." $key) -}}
{{- end -}}
{{- if and (or $caller.uid $caller.gid) (not $hasSocket) -}}
{{- fail (printf "%s: uid and gid require a Unix socket. Set listeners.NAME.socket, or remove uid and gid." $key) -}}
{{- end -}}
{{- range $caller.profiles | default (list "default") -}}
{{- if not (has . $profiles) -}}
{{- fail (printf "%s.profiles: there is no profile %s. List the profiles of this caller: %s." $key . $known) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with $v.app.caller -}}
{{- if not (get $tokens (printf "callers.%s.tokens" .)) -}}
{{- $remedy := "Use the name of a caller in callers, or remove this value." -}}
{{- fail (printf "app.caller: there is no caller %s with tokens. %s" . $remedy) -}}
{{- end -}}
{{- end -}}
{{- end }}
