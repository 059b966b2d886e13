{{- /* Callers: who may use which profile, and for what. */}}

{{- /* Lists are written with semicolons. The chart puts no caller token into an environment variable. */}}
{{- define "clik2pay-sidecar.own.callersEnv" -}}
{{- range $name, $caller := .Values.callers }}
{{- if dig "tokens" "existingSecret" "" $caller }}
- name: Callers__{{ $name }}__TokenFiles
  value: {{ include "clik2pay-sidecar.own.callerTokenFiles" (list $name $caller) | fromJsonArray | join ";" | quote }}
{{- end }}
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

{{- /* A JSON list of the keys with caller tokens in the Secret of a caller. */}}
{{- define "clik2pay-sidecar.own.callerKeys" -}}
{{- .tokens.keys | default (list "caller-token") | toJson -}}
{{- end }}

{{- /* A JSON list of the paths of a caller's token files. Arguments: (list NAME CALLER). */}}
{{- define "clik2pay-sidecar.own.callerTokenFiles" -}}
{{- $files := list -}}
{{- $folder := include "clik2pay-sidecar.own.callerFolder" (index . 0) -}}
{{- range include "clik2pay-sidecar.own.callerKeys" (index . 1) | fromJsonArray -}}
{{- $files = append $files (printf "%s/%s" $folder .) -}}
{{- end -}}
{{- toJson $files -}}
{{- end }}

{{- define "clik2pay-sidecar.own.callerFolder" -}}/etc/clik2pay-sidecar/callers/{{ . }}{{- end }}

{{- define "clik2pay-sidecar.own.callerVolume" -}}clik2pay-caller-{{ replace "_" "-" . }}{{- end }}

{{- /* The mount of a caller's tokens, for the sidecar and for the app that is this caller. The argument is the name of the caller. */}}
{{- define "clik2pay-sidecar.own.callerMount" -}}
- name: {{ include "clik2pay-sidecar.own.callerVolume" . }}
  mountPath: {{ include "clik2pay-sidecar.own.callerFolder" . }}
  readOnly: true
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
{{- if and $v.callers $v.callerToken.existingSecret -}}
{{- $remedy := "Move the Secret to callers.NAME.tokens.existingSecret, or remove callers." -}}
{{- fail (printf "callerToken.existingSecret: callers have tokens of their own, so there can be no common token. %s" $remedy) -}}
{{- end -}}
{{- include "clik2pay-sidecar.own.namesGuard" (list "callers" $v.callers) -}}
{{- range $name, $caller := $v.callers -}}
{{- $key := printf "callers.%s" $name -}}
{{- if not (or (dig "tokens" "existingSecret" "" $caller) $caller.uid $caller.gid) -}}
{{- fail (printf "%s: the sidecar cannot recognize this caller. Set tokens.existingSecret, uid or gid." $key) -}}
{{- end -}}
{{- if and (or $caller.uid $caller.gid) (not $hasSocket) -}}
{{- fail (printf "%s: uid and gid require a Unix socket. Set listeners.NAME.socket, or remove them." $key) -}}
{{- end -}}
{{- range $caller.profiles | default (list "default") -}}
{{- if not (has . $profiles) -}}
{{- fail (printf "%s.profiles: there is no profile %s. List the profiles of this caller: %s." $key . $known) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with $v.app.caller -}}
{{- if not (dig . "tokens" "existingSecret" "" $v.callers) -}}
{{- $remedy := "Use the name of a caller in callers, or remove this value." -}}
{{- fail (printf "app.caller: there is no caller %s with tokens.existingSecret. %s" . $remedy) -}}
{{- end -}}
{{- end -}}
{{- end }}
