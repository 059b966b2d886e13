{{- /* Profiles: the sets of addresses and credentials. */}}

{{- /* "yes" if the values describe the profile default. It is optional if there are other profiles. */}}
{{- define "clik2pay-sidecar.own.hasDefaultProfile" -}}
{{- $v := .Values -}}
{{- $inline := values $v.credentials.inline | join "" -}}
{{- $credentials := or $inline (include "clik2pay-sidecar.own.hasPlace" $v.credentials) -}}
{{- $ca := include "clik2pay-sidecar.own.places" (omit $v.ca "key") | fromJson -}}
{{- if or (not $v.profiles) $v.environment $v.apiBaseUrl $v.tokenEndpoint $credentials $ca -}}yes{{- end -}}
{{- end }}

{{- /* "yes" if the chart creates the Secret of the profile default from inline values. */}}
{{- define "clik2pay-sidecar.own.hasInlineCredentials" -}}
{{- $hasOther := include "clik2pay-sidecar.own.hasPlace" .Values.credentials -}}
{{- if and (include "clik2pay-sidecar.own.hasDefaultProfile" .) (not $hasOther) -}}yes{{- end -}}
{{- end }}

{{- /* The environments, for NOTES.txt. With several profiles, each environment is followed by the name of its profile. */}}
{{- define "clik2pay-sidecar.own.environments" -}}
{{- $profiles := include "clik2pay-sidecar.own.profiles" . | fromJsonArray -}}
{{- range $index, $profile := $profiles -}}
{{- if $index }}, {{ end }}{{ .environment }}{{ if gt (len $profiles) 1 }} ({{ .name }}){{ end -}}
{{- end -}}
{{- end }}

{{- /* A JSON list of the profiles, the profile default first. Each contains its values, the prefix of their names in errors (key), the
prefix of its settings (section), and the volumes and folders of its files. Volume names cannot contain underscores. */}}
{{- define "clik2pay-sidecar.own.profiles" -}}
{{- $folder := "/etc/clik2pay-sidecar" -}}
{{- $all := list -}}
{{- if include "clik2pay-sidecar.own.hasDefaultProfile" . -}}
{{- $place := dict "name" "default" "key" "" "section" "Clik2pay" -}}
{{- $volumes := dict "volume" "clik2pay-credentials" "folder" (printf "%s/credentials" $folder) -}}
{{- $ca := dict "caVolume" "clik2pay-ca" "caFolder" (printf "%s/ca" $folder) -}}
{{- $values := pick .Values "environment" "apiBaseUrl" "tokenEndpoint" "scope" "refreshAt" "ca" "credentials" -}}
{{- $all = append $all (merge $place $volumes $ca (deepCopy $values)) -}}
{{- end -}}
{{- range $name, $values := .Values.profiles -}}
{{- $label := replace "_" "-" $name -}}
{{- $place := dict "name" $name "key" (printf "profiles.%s." $name) "section" (printf "Profiles__%s" $name) -}}
{{- $volumes := dict "volume" (printf "clik2pay-profile-%s" $label) "folder" (printf "%s/profiles/%s/credentials" $folder $name) -}}
{{- $ca := dict "caVolume" (printf "clik2pay-ca-%s" $label) "caFolder" (printf "%s/profiles/%s/ca" $folder $name) -}}
{{- $keys := dict "username" "username" "password" "password" "apiKey" "api-key" -}}
{{- $defaults := dict "environment" "" "apiBaseUrl" "" "tokenEndpoint" "" "ca" (dict "key" "ca.crt") "credentials" (dict "keys" $keys) -}}
{{- $all = append $all (merge $place $volumes $ca (deepCopy $values) $defaults) -}}
{{- end -}}
{{- toJson $all -}}
{{- end }}

{{- /* The settings of one profile. The argument is an item of own.profiles. */}}
{{- define "clik2pay-sidecar.own.profileEnv" }}
- name: {{ .section }}__Environment
  value: {{ .environment }}
{{- if eq .environment "Custom" }}
- name: {{ .section }}__ApiBaseUrl
  value: {{ .apiBaseUrl | quote }}
- name: {{ .section }}__TokenEndpoint
  value: {{ .tokenEndpoint | quote }}
{{- end }}
{{- if hasKey . "scope" }}
- name: {{ .section }}__Scope
  value: {{ .scope | quote }}
{{- end }}
{{- if hasKey . "refreshAt" }}
- name: {{ .section }}__RefreshAt
  value: {{ .refreshAt | quote }}
{{- end }}
{{- end }}

{{- define "clik2pay-sidecar.own.profilesGuard" -}}
{{- if hasKey .Values.profiles "default" -}}
{{- fail "profiles.default: the values at the top level, such as environment and credentials, are this profile. Move the values there." -}}
{{- end -}}
{{- include "clik2pay-sidecar.own.namesGuard" (list "profiles" .Values.profiles) -}}
{{- range include "clik2pay-sidecar.own.profiles" . | fromJsonArray -}}
{{- $key := .key -}}
{{- if not .environment -}}
{{- $reason := "There is no default, because calls to production move real money." -}}
{{- fail (printf "%senvironment: set Sandbox, Production or Custom. %s" $key $reason) -}}
{{- end -}}
{{- if and (eq .environment "Custom") (not (and .apiBaseUrl .tokenEndpoint)) -}}
{{- fail (printf "%senvironment: Custom requires addresses. Set %sapiBaseUrl and %stokenEndpoint." $key $key $key) -}}
{{- end -}}
{{- if and (ne .environment "Custom") (or .apiBaseUrl .tokenEndpoint) -}}
{{- $remedy := printf "%s has fixed addresses. Remove both values, or set %senvironment to Custom." .environment $key -}}
{{- fail (printf "%sapiBaseUrl, %stokenEndpoint: %s" $key $key $remedy) -}}
{{- end -}}
{{- if not (include "clik2pay-sidecar.own.hasPlace" .credentials) -}}
{{- $missing := list -}}
{{- $inline := .credentials.inline | default dict -}}
{{- range list "username" "password" "apiKey" -}}
{{- if not (get $inline .) -}}{{- $missing = append $missing . -}}{{- end -}}
{{- end -}}
{{- if len $missing | eq 3 -}}
{{- $remedy := printf "Set %scredentials.existingSecret to a Secret with username, password and api-key" $key -}}
{{- $trial := $key | empty | ternary " (for a trial: credentials.inline)" "" -}}
{{- fail (printf "%scredentials: no credentials are set. %s%s." $key $remedy $trial) -}}
{{- else if $missing -}}
{{- fail (printf "credentials.inline: missing %s. Set all three, or preferably credentials.existingSecret." (join ", " $missing)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- /* Names are those that the program accepts, in lower case. Two names that differ only in hyphens and underscores would give two volumes
the same name. Arguments: (list KEY MAP). */}}
{{- define "clik2pay-sidecar.own.namesGuard" -}}
{{- $key := index . 0 -}}
{{- $seen := dict -}}
{{- range $name, $_ := index . 1 -}}
{{- if or (not (regexMatch "^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$" $name)) (contains "__" $name) (gt (len $name) 40) -}}
{{- $remedy := "Use 1 to 40 lower-case letters, digits, hyphens and single underscores, with a letter or digit at both ends." -}}
{{- fail (printf "%s: the name %s is not valid. %s" $key $name $remedy) -}}
{{- end -}}
{{- $label := replace "_" "-" $name -}}
{{- with get $seen $label -}}
{{- fail (printf "%s: %s and %s differ only in hyphens and underscores. Rename one of them." $key . $name) -}}
{{- end -}}
{{- $_ := set $seen $label $name -}}
{{- end -}}
{{- end }}
