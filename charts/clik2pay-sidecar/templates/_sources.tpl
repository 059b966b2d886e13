{{- /* Sources of files: credentials, connection strings, tokens and certificates. Each comes from one of these places:
- existingSecret, secret, configMap: the kubelet mounts the chosen keys
- volume: a Kubernetes volume source such as csi. The chart mounts the volume
- directory: a folder that something else fills, such as a Vault Agent
- own: a Secret that this chart creates from inline values
Environment variables, volumes, mounts and guards are derived from the list own.sources. */}}

{{- /* A JSON list of the sources that the values set. Each has these entries:
- key: the prefix of the values, in errors
- option: the name of the value that is set, such as caVolume
- kind: secret, configMap, volume or directory
- value: the name of the Secret or ConfigMap, the volume source, or the folder
- volume: the name of the volume
- folder: where the sidecar reads the files
- env: the settings, as a list of name and value
- items: the key of each file, in a Secret or ConfigMap */}}
{{- define "clik2pay-sidecar.own.sources" -}}
{{- $sources := list -}}
{{- range include "clik2pay-sidecar.own.possibleSources" . | fromJsonArray -}}
{{- $source := . -}}
{{- $set := include "clik2pay-sidecar.own.places" .from | fromJson -}}
{{- $options := keys $set | sortAlpha -}}
{{- if gt (len $options) 1 -}}
{{- $remedy := "Keep only one of them. If another values file sets the other one, set it to null." -}}
{{- fail (printf "%s: %s and %s are both set. %s" .key (index $options 0) (index $options 1) $remedy) -}}
{{- end -}}
{{- if or $set .own -}}
{{- $option := $set | empty | ternary "own" (first $options | default "") -}}
{{- $_ := set $source "option" $option -}}
{{- $_ := set $source "value" (get $set $option | default .own) -}}
{{- $kind := "secret" -}}
{{- range list "configMap" "volume" "directory" }}{{ if hasSuffix (lower .) (lower $option) }}{{ $kind = . }}{{ end }}{{ end -}}
{{- $_ := set $source "kind" $kind -}}
{{- if eq $kind "directory" }}{{ $_ := set $source "folder" (.value | trimSuffix "/") }}{{ end -}}
{{- $renames := has $kind (list "secret" "configMap") -}}
{{- $items := dict -}}
{{- $env := dict -}}
{{- $isDefault := true -}}
{{- range .files -}}
{{- $file := $renames | ternary .file .key -}}
{{- if ne $file .file }}{{ $isDefault = false }}{{ end -}}
{{- $_ := set $items $file .key -}}
{{- $_ := set $env .setting (append (get $env .setting | default list) (printf "%s/%s" $source.folder $file)) -}}
{{- end -}}
{{- if and .folderSetting $isDefault }}{{ $env = dict .folderSetting (list .folder) }}{{ end -}}
{{- $variables := list -}}
{{- range $name, $paths := $env }}{{ $variables = append $variables (dict "name" $name "value" (join ";" $paths)) }}{{ end -}}
{{- $sources = append $sources (merge (dict "env" $variables "items" $items) $source) -}}
{{- end -}}
{{- end -}}
{{- toJson $sources -}}
{{- end }}

{{- /* A JSON object of the places that are set. Null clears a value of an earlier values file. Because helm merges the fields of a volume
source, null clears a field too. The argument maps the names of values to the values. */}}
{{- define "clik2pay-sidecar.own.places" -}}
{{- $set := dict -}}
{{- range $option, $value := . -}}
{{- if kindIs "map" $value -}}
{{- $fields := dict -}}
{{- range $field, $source := $value }}{{ if not (kindIs "invalid" $source) }}{{ $_ := set $fields $field $source }}{{ end }}{{ end -}}
{{- $value = $fields -}}
{{- end -}}
{{- if $value }}{{ $_ := set $set $option $value }}{{ end -}}
{{- end -}}
{{- toJson $set -}}
{{- end }}

{{- /* "yes" if one of existingSecret, volume and directory is set. The argument is a map with these values. */}}
{{- define "clik2pay-sidecar.own.hasPlace" -}}
{{- if include "clik2pay-sidecar.own.places" (pick . "existingSecret" "volume" "directory") | fromJson -}}yes{{- end -}}
{{- end }}

{{- /* A JSON list of everything that can be a source. `from` contains the values that name a place, and `files` the name, the key in the
values and the setting of each file. If all files have their usual names, `folderSetting` replaces these settings. */}}
{{- define "clik2pay-sidecar.own.possibleSources" -}}
{{- $v := .Values -}}
{{- $name := include "clik2pay-sidecar.own.fullname" . -}}
{{- $root := "/etc/clik2pay-sidecar" -}}
{{- $profiles := include "clik2pay-sidecar.own.profiles" . | fromJsonArray -}}
{{- $all := list -}}

{{- range $profiles -}}
{{- $keys := .credentials.keys -}}
{{- $all = append $all (dict
  "key" (printf "%scredentials" .key)
  "from" (pick .credentials "existingSecret" "volume" "directory")
  "own" (.key | empty | ternary (printf "%s-credentials" $name) "")
  "volume" .volume
  "folder" .folder
  "folderSetting" (printf "%s__CredentialsDirectory" .section)
  "files" (list
    (dict "file" "username" "key" $keys.username "setting" (printf "%s__UsernameFile" .section))
    (dict "file" "password" "key" $keys.password "setting" (printf "%s__PasswordFile" .section))
    (dict "file" "api-key" "key" $keys.apiKey "setting" (printf "%s__ApiKeyFile" .section)))) -}}
{{- end -}}

{{- $all = append $all (dict
  "key" "redis"
  "from" (pick $v.redis "existingSecret" "volume" "directory")
  "own" ($v.redis.connectionString | empty | ternary "" (printf "%s-redis" $name))
  "volume" "clik2pay-redis"
  "folder" (printf "%s/redis" $root)
  "files" (list (dict "file" "connection-string" "key" $v.redis.key "setting" "Redis__ConnectionStringFile"))) -}}

{{- range $profiles -}}
{{- $all = append $all (dict
  "key" (printf "%sca" .key)
  "from" (pick .ca "configMap" "secret" "volume" "directory")
  "volume" .caVolume
  "folder" .caFolder
  "files" (list (dict "file" "ca.crt" "key" .ca.key "setting" (printf "%s__CaFile" .section)))) -}}
{{- end -}}

{{- $all = append $all (dict
  "key" "redis"
  "from" (pick $v.redis "caSecret" "caVolume" "caDirectory")
  "volume" "clik2pay-redis-ca"
  "folder" (printf "%s/redis-ca" $root)
  "files" (list (dict "file" "ca.crt" "key" $v.redis.caKey "setting" "Redis__CaFile"))) -}}

{{- range $key, $parts := dict "auth" (list "auth" "") "sentinelAuth" (list "sentinel-auth" "Sentinel") -}}
{{- $auth := index $v.redis $key -}}
{{- $files := list (dict "file" "password" "key" $auth.keys.password "setting" (printf "Redis__%sPasswordFile" (last $parts))) -}}
{{- with $auth.keys.user -}}
{{- $files = append $files (dict "file" "user" "key" . "setting" (printf "Redis__%sUserFile" (last $parts))) -}}
{{- end -}}
{{- $all = append $all (dict
  "key" (printf "redis.%s" $key)
  "from" (pick $auth "existingSecret" "volume" "directory")
  "volume" (printf "clik2pay-redis-%s" (first $parts))
  "folder" (printf "%s/redis-%s" $root (first $parts))
  "files" $files) -}}
{{- end -}}

{{- $keys := $v.redis.clientCertificate.keys -}}
{{- $all = append $all (dict
  "key" "redis.clientCertificate"
  "from" (pick $v.redis.clientCertificate "existingSecret" "volume" "directory")
  "volume" "clik2pay-redis-client-certificate"
  "folder" (printf "%s/redis-client-certificate" $root)
  "files" (list
    (dict "file" "tls.crt" "key" $keys.certificate "setting" "Redis__ClientCertificateFile")
    (dict "file" "tls.key" "key" $keys.privateKey "setting" "Redis__ClientKeyFile"))) -}}

{{- $all = append $all (dict
  "key" "callerToken"
  "from" (pick $v.callerToken "existingSecret" "volume" "directory")
  "volume" "clik2pay-caller-token"
  "folder" (printf "%s/caller-token" $root)
  "files" (list (dict "file" "caller-token" "key" $v.callerToken.key "setting" "Sidecar__CallerTokenFile"))) -}}

{{- range $caller, $values := $v.callers -}}
{{- $tokens := $values.tokens | default dict -}}
{{- $files := list -}}
{{- range $tokens.keys | default (list "caller-token") -}}
{{- $files = append $files (dict "file" . "key" . "setting" (printf "Callers__%s__TokenFiles" $caller)) -}}
{{- end -}}
{{- $all = append $all (dict
  "key" (printf "callers.%s.tokens" $caller)
  "from" (pick $tokens "existingSecret" "volume" "directory")
  "volume" (printf "clik2pay-caller-%s" (replace "_" "-" $caller))
  "folder" (printf "%s/callers/%s" $root $caller)
  "files" $files) -}}
{{- end -}}
{{- toJson $all -}}
{{- end }}

{{- define "clik2pay-sidecar.own.sourcesEnv" -}}
{{- range include "clik2pay-sidecar.own.sources" . | fromJsonArray }}
{{- range .env }}
- name: {{ .name }}
  value: {{ .value | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Mounts of folders, because Kubernetes does not update a file that is mounted by subPath. The argument is a list of sources. */}}
{{- define "clik2pay-sidecar.own.sourceMounts" -}}
{{- range . }}
{{- if ne .kind "directory" }}
- name: {{ .volume }}
  mountPath: {{ .folder }}
  readOnly: true
{{- end }}
{{- end }}
{{- end }}

{{- /* Root owns the files of a Secret, and the sidecar runs as user 1654. With mode 0440 the sidecar could read them only with an fsGroup,
which the app may need for itself. 0444 needs no fsGroup. Only the containers that need the volume mount it, and its folder on the node
belongs to root. */}}
{{- define "clik2pay-sidecar.own.sourceVolumes" -}}
{{- range $source := include "clik2pay-sidecar.own.sources" . | fromJsonArray }}
{{- if eq .kind "volume" }}
- name: {{ .volume }}
  {{- include "clik2pay-sidecar.own.tpl" (list .value $) | nindent 2 }}
{{- else if ne .kind "directory" }}
- name: {{ .volume }}
  {{- $name := include "clik2pay-sidecar.own.tpl" (list .value $) | quote }}
  {{- if eq .kind "configMap" }}
  configMap:
    name: {{ $name }}
  {{- else }}
  secret:
    secretName: {{ $name }}
    defaultMode: 0444
  {{- end }}
    items:
      {{- range $file, $key := .items }}
      - key: {{ $key | quote }}
        path: {{ $file | quote }}
      {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* A JSON list with the source of the app's caller token, or an empty one. */}}
{{- define "clik2pay-sidecar.own.appSources" -}}
{{- $key := .Values.app.caller | empty | ternary "callerToken" (printf "callers.%s.tokens" .Values.app.caller) -}}
{{- $found := list -}}
{{- range include "clik2pay-sidecar.own.sources" . | fromJsonArray }}{{ if eq .key $key }}{{ $found = append $found . }}{{ end }}{{ end -}}
{{- toJson $found -}}
{{- end }}

{{- /* "yes" if a source of the sidecar is a folder outside of extraVolumeMounts. Another program fills such a folder in the sidecar's pods,
but not in the pod of helm test, so there is no pod of helm test. */}}
{{- define "clik2pay-sidecar.own.hasDirectory" -}}
{{- $mounts := include "clik2pay-sidecar.own.tpl" (list .Values.extraVolumeMounts .) | fromYamlArray -}}
{{- $found := "" -}}
{{- range include "clik2pay-sidecar.own.sources" . | fromJsonArray -}}
{{- $folder := printf "%s/" .folder -}}
{{- $isMounted := ne .kind "directory" -}}
{{- range $mounts }}{{ if hasPrefix (printf "%s/" (clean .mountPath)) $folder }}{{ $isMounted = true }}{{ end }}{{ end -}}
{{- if not $isMounted }}{{ $found = "yes" }}{{ end -}}
{{- end -}}
{{- $found -}}
{{- end }}

{{- define "clik2pay-sidecar.own.sourcesGuard" -}}
{{- $sources := include "clik2pay-sidecar.own.sources" . | fromJsonArray -}}
{{- range $sources -}}
{{- if and (hasPrefix "redis" .key) (not (include "clik2pay-sidecar.own.hasRedis" $)) -}}
{{- $remedy := "Set redis.existingSecret or redis.connectionString, or remove this value." -}}
{{- fail (printf "%s.%s: this value has no effect without Redis. %s" .key .option $remedy) -}}
{{- end -}}
{{- if and (kindIs "map" .value) (ne (len .value) 1) -}}
{{- fail (printf "%s.%s: set one volume source, such as csi, and no other field." .key .option) -}}
{{- end -}}
{{- end -}}
{{- include "clik2pay-sidecar.own.connectionStringGuard" . -}}
{{- $keys := list -}}
{{- range $sources }}{{ $keys = append $keys .key }}{{ end -}}
{{- range $key := list "auth" "sentinelAuth" -}}
{{- if and (index $.Values.redis $key).keys.user (not (has (printf "redis.%s" $key) $keys)) -}}
{{- $remedy := "Set both, or remove this value." -}}
{{- fail (printf "redis.%s.keys.user: this value has no effect without redis.%s.existingSecret. %s" $key $key $remedy) -}}
{{- end -}}
{{- end -}}
{{- end }}
