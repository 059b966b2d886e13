{{- /* The parts of a pod with the sidecar. Each template requires the context of this chart. The chart of an app includes the templates in
_include.tpl, which call the templates of this file. */}}

{{- define "clik2pay-sidecar.own.initContainers" -}}
{{- if .Values.nativeSidecar }}{{ include "clik2pay-sidecar.own.container" . }}{{ end -}}
{{- end }}

{{- define "clik2pay-sidecar.own.containers" -}}
{{- if not .Values.nativeSidecar }}{{ include "clik2pay-sidecar.own.container" . }}{{ end -}}
{{- end }}

{{- define "clik2pay-sidecar.own.container" -}}
{{- include "clik2pay-sidecar.own.guard" . -}}
- name: clik2pay-sidecar
  {{- if .Values.nativeSidecar }}
  {{- /* Makes the init container a native sidecar. The app starts after the startup probe succeeds, the sidecar stops after the app, and
  Jobs do not wait for the sidecar. */}}
  restartPolicy: Always
  {{- else }}
  lifecycle:
    {{- /* The kubelet starts the app after this command returns. There is no preStop hook, because the sidecar continues to serve callers
    for Sidecar__DrainSeconds after SIGTERM. The default is appStopSeconds. */}}
    postStart:
      exec:
        {{- /* The full path, because the image has no shell. */}}
        command: [/clik2pay-sidecar, wait, --for, {{ .Values.startGate }}, --timeout, {{ .Values.startSeconds | int | quote }}]
  {{- end }}
  {{- include "clik2pay-sidecar.own.process" . | nindent 2 }}
  ports:
    {{- /* The port for callers is not listed, because it is on loopback and serves only the pod. */}}
    - name: clik2pay-admin
      containerPort: {{ .Values.ports.admin | int }}
      protocol: TCP
  {{- with .Values.probes }}
  {{- /* The start gate: /livez succeeds when the sidecar listens, and /startupz after the first access token. */}}
  startupProbe:
    httpGet: {path: {{ eq $.Values.startGate "token" | ternary "/startupz" "/livez" }}, port: clik2pay-admin}
    {{- toYaml .startup | nindent 4 }}
    failureThreshold: {{ divf $.Values.startSeconds .startup.periodSeconds | ceil | int }}
  {{- /* unreadyWhenRefused decides whether refused credentials make the pod unready. An outage of the token endpoint does not. */}}
  readinessProbe:
    httpGet: {path: /readyz, port: clik2pay-admin}
    {{- toYaml .readiness | nindent 4 }}
  {{- /* Does not depend on the provider or Redis, so an outage of either causes no restart. */}}
  livenessProbe:
    httpGet: {path: /livez, port: clik2pay-admin}
    {{- toYaml .liveness | nindent 4 }}
  {{- end }}
{{- end }}

{{- /* The fields that the sidecar and the pod of `helm test` share. */}}
{{- define "clik2pay-sidecar.own.process" -}}
image: {{ include "clik2pay-sidecar.own.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- if .Values.reverseProxy }}
{{- /* The sidecar prefers the proxy.json of the working directory to the one of the image. */}}
workingDir: /etc/clik2pay-sidecar/routes
{{- end }}
env:
  {{- include "clik2pay-sidecar.own.env" . | nindent 2 }}
{{- with .Values.extraEnvFrom }}
envFrom:
  {{- include "clik2pay-sidecar.own.tpl" (list . $) | nindent 2 }}
{{- end }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- /* Folders are mounted without subPath, because Kubernetes does not update a file that is mounted by subPath. */}}
volumeMounts:
  {{- range include "clik2pay-sidecar.own.profiles" . | fromJsonArray }}
  {{- if not .credentials.directory }}
  - name: {{ .volume }}
    mountPath: {{ .folder }}
    readOnly: true
  {{- end }}
  {{- end }}
  {{- if .Values.reverseProxy }}
  - name: clik2pay-routes
    mountPath: /etc/clik2pay-sidecar/routes
    readOnly: true
  {{- end }}
  {{- if include "clik2pay-sidecar.own.hasRedis" . }}
  - name: clik2pay-redis
    mountPath: /etc/clik2pay-sidecar/redis
    readOnly: true
  {{- end }}
  {{- range include "clik2pay-sidecar.own.profiles" . | fromJsonArray }}
  {{- if or .ca.configMap .ca.secret }}
  - name: {{ .caVolume }}
    mountPath: {{ .caFolder }}
    readOnly: true
  {{- end }}
  {{- end }}
  {{- if .Values.redis.caSecret }}
  - name: clik2pay-redis-ca
    mountPath: /etc/clik2pay-sidecar/redis-ca
    readOnly: true
  {{- end }}
  {{- if .Values.redis.auth.existingSecret }}
  - name: clik2pay-redis-auth
    mountPath: /etc/clik2pay-sidecar/redis-auth
    readOnly: true
  {{- end }}
  {{- if .Values.redis.sentinelAuth.existingSecret }}
  - name: clik2pay-redis-sentinel-auth
    mountPath: /etc/clik2pay-sidecar/redis-sentinel-auth
    readOnly: true
  {{- end }}
  {{- if .Values.redis.clientCertificate.existingSecret }}
  - name: clik2pay-redis-client-certificate
    mountPath: /etc/clik2pay-sidecar/redis-client-certificate
    readOnly: true
  {{- end }}
  {{- if .Values.callerToken.existingSecret }}
  {{- include "clik2pay-sidecar.own.callerTokenMount" . | nindent 2 }}
  {{- end }}
  {{- range $name, $caller := .Values.callers }}
  {{- if dig "tokens" "existingSecret" "" $caller }}
  {{- include "clik2pay-sidecar.own.callerMount" $name | nindent 2 }}
  {{- end }}
  {{- end }}
  {{- if include "clik2pay-sidecar.own.hasSockets" . }}
  {{- include "clik2pay-sidecar.own.socketMount" (list false .) | nindent 2 }}
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- include "clik2pay-sidecar.own.tpl" (list . $) | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "clik2pay-sidecar.own.image" -}}
{{- $registry := .Values.global.imageRegistry | default .Values.image.registry -}}
{{- with $registry }}{{ . }}/{{ end -}}
{{- .Values.image.repository -}}
{{- /* The release adds the digest of its image to Chart.yaml. A tag in the values selects another image. */ -}}
{{- $released := .Values.image.tag | empty | ternary (index (.Chart.Annotations | default dict) "imageDigest") "" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{- with .Values.image.digest | default $released }}@{{ . }}{{ else }}:{{ $tag }}{{ end -}}
{{- end }}

{{- /* Settings, and the paths of secrets. The chart puts no secret into an environment variable. */}}
{{- define "clik2pay-sidecar.own.env" -}}
{{- range $index, $profile := include "clik2pay-sidecar.own.profiles" . | fromJsonArray -}}
{{- if $index }}{{ "\n" }}{{ end -}}
{{- include "clik2pay-sidecar.own.profileEnv" $profile -}}
{{- end }}
{{- if include "clik2pay-sidecar.own.hasRedis" . }}
- name: Redis__ConnectionStringFile
  value: /etc/clik2pay-sidecar/redis/connection-string
{{- end }}
{{- if .Values.redis.caSecret }}
- name: Redis__CaFile
  value: /etc/clik2pay-sidecar/redis-ca/ca.crt
{{- end }}
{{- with .Values.redis.auth }}
{{- if and .existingSecret .keys.user }}
- name: Redis__UserFile
  value: /etc/clik2pay-sidecar/redis-auth/user
{{- end }}
{{- if .existingSecret }}
- name: Redis__PasswordFile
  value: /etc/clik2pay-sidecar/redis-auth/password
{{- end }}
{{- end }}
{{- with .Values.redis.sentinelAuth }}
{{- if and .existingSecret .keys.user }}
- name: Redis__SentinelUserFile
  value: /etc/clik2pay-sidecar/redis-sentinel-auth/user
{{- end }}
{{- if .existingSecret }}
- name: Redis__SentinelPasswordFile
  value: /etc/clik2pay-sidecar/redis-sentinel-auth/password
{{- end }}
{{- end }}
{{- if .Values.redis.clientCertificate.existingSecret }}
- name: Redis__ClientCertificateFile
  value: /etc/clik2pay-sidecar/redis-client-certificate/tls.crt
- name: Redis__ClientKeyFile
  value: /etc/clik2pay-sidecar/redis-client-certificate/tls.key
{{- end }}
{{- if .Values.callerToken.existingSecret }}
- name: Sidecar__CallerTokenFile
  value: /etc/clik2pay-sidecar/caller-token/caller-token
{{- end }}
{{ include "clik2pay-sidecar.own.listenersEnv" . }}
- name: Sidecar__Admin
  value: http://*:{{ .Values.ports.admin | int }}
- name: Sidecar__MaxConnections
  value: {{ .Values.maxConnections | int | quote }}
- name: Sidecar__DrainSeconds
  value: {{ include "clik2pay-sidecar.own.drainSeconds" . | quote }}
- name: Sidecar__StopTimeoutSeconds
  value: {{ .Values.stopTimeoutSeconds | int | quote }}
{{- if .Values.allowQuit }}
- name: Sidecar__AllowQuit
  value: "true"
{{- end }}
- name: Sidecar__LogFormat
  value: {{ .Values.logFormat }}
- name: Sidecar__AccessLog
  value: {{ .Values.accessLog | quote }}
{{- if ne .Values.metrics.level "Full" }}
- name: Metrics__Level
  value: {{ .Values.metrics.level }}
{{- end }}
{{- if ne .Values.readyWhen "Any" }}
- name: Sidecar__ReadyWhen
  value: {{ .Values.readyWhen }}
{{- end }}
- name: Sidecar__UnreadyWhenRefused
  value: {{ .Values.unreadyWhenRefused }}
{{- if .Values.requireMerchantTransactionId }}
- name: Sidecar__RequireMerchantTransactionId
  value: "true"
{{- end }}
{{- if .Values.placeholderTokenEndpoint }}
- name: Sidecar__PlaceholderTokenEndpoint
  value: "true"
{{- end }}
{{- include "clik2pay-sidecar.own.callersEnv" . }}
{{- include "clik2pay-sidecar.own.otelEnv" . }}
{{- with .Values.extraEnv }}
{{ include "clik2pay-sidecar.own.tpl" (list . $) }}
{{- end }}
{{- end }}

{{- /* 0 for a native sidecar, because the kubelet stops it after the app has ended.
A plain container gets SIGTERM at the same time as the app. */}}
{{- define "clik2pay-sidecar.own.drainSeconds" -}}
{{- if not (kindIs "invalid" .Values.drainSeconds) -}}{{ .Values.drainSeconds | int }}
{{- else if .Values.nativeSidecar -}}0
{{- else -}}{{ .Values.appStopSeconds | int }}
{{- end -}}
{{- end }}

{{- /* A native sidecar stops after the app, and a plain container at the same time.
5 s are added as a margin before SIGKILL. */}}
{{- define "clik2pay-sidecar.own.terminationGracePeriodSeconds" -}}
{{- $app := .Values.appStopSeconds | int -}}
{{- $drain := include "clik2pay-sidecar.own.drainSeconds" . | int -}}
{{- add (.Values.nativeSidecar | ternary (add $app $drain) (max $app $drain)) .Values.stopTimeoutSeconds 5 -}}
{{- end }}

{{- define "clik2pay-sidecar.own.volumes" -}}
{{- $name := include "clik2pay-sidecar.own.fullname" . -}}
{{- $profiles := include "clik2pay-sidecar.own.profiles" . | fromJsonArray -}}
{{- range $profiles }}
{{- if not .credentials.directory }}
{{- $keys := .credentials.keys }}
{{ include "clik2pay-sidecar.own.secretVolume" (list $ .volume (.credentials.existingSecret | default (printf "%s-credentials" $name))
  (dict "username" $keys.username "password" $keys.password "api-key" $keys.apiKey)) }}
{{- end }}
{{- end }}
{{- if .Values.reverseProxy }}
- name: clik2pay-routes
  {{- if .Values.reverseProxyByRollout }}
  {{- /* From an annotation of the pod, so that the routes belong to the revision of the pod and a rollback restores them. */}}
  downwardAPI:
    items:
      - path: proxy.json
        fieldRef:
          fieldPath: metadata.annotations['clik2pay-sidecar-routes']
  {{- else }}
  configMap:
    name: {{ $name }}-routes
  {{- end }}
{{- end }}
{{- if include "clik2pay-sidecar.own.hasRedis" . }}
{{ include "clik2pay-sidecar.own.secretVolume" (list . "clik2pay-redis"
  (.Values.redis.existingSecret | default (printf "%s-redis" $name))
  (dict "connection-string" .Values.redis.key)) }}
{{- end }}
{{- range $profiles }}
{{- if .ca.configMap }}
- name: {{ .caVolume }}
  configMap:
    name: {{ include "clik2pay-sidecar.own.tpl" (list .ca.configMap $) | quote }}
    items:
      - key: {{ .ca.key | quote }}
        path: ca.crt
{{- else if .ca.secret }}
{{ include "clik2pay-sidecar.own.secretVolume" (list $ .caVolume .ca.secret (dict "ca.crt" .ca.key)) }}
{{- end }}
{{- end }}
{{- with .Values.redis.caSecret }}
{{ include "clik2pay-sidecar.own.secretVolume" (list $ "clik2pay-redis-ca" . (dict "ca.crt" $.Values.redis.caKey)) }}
{{- end }}
{{- range $name, $auth := dict "auth" .Values.redis.auth "sentinel-auth" .Values.redis.sentinelAuth }}
{{- with $auth.existingSecret }}
{{- $items := dict "password" $auth.keys.password }}
{{- with $auth.keys.user }}{{ $_ := set $items "user" . }}{{ end }}
{{ include "clik2pay-sidecar.own.secretVolume" (list $ (printf "clik2pay-redis-%s" $name) . $items) }}
{{- end }}
{{- end }}
{{- with .Values.redis.clientCertificate.existingSecret }}
{{- $keys := $.Values.redis.clientCertificate.keys }}
{{ include "clik2pay-sidecar.own.secretVolume" (list $ "clik2pay-redis-client-certificate" .
  (dict "tls.crt" $keys.certificate "tls.key" $keys.privateKey)) }}
{{- end }}
{{- with .Values.callerToken.existingSecret }}
{{ include "clik2pay-sidecar.own.secretVolume" (list $ "clik2pay-caller-token" . (dict "caller-token" $.Values.callerToken.key)) }}
{{- end }}
{{- range $name, $caller := .Values.callers }}
{{- if dig "tokens" "existingSecret" "" $caller }}
{{- $items := dict }}
{{- range include "clik2pay-sidecar.own.callerKeys" $caller | fromJsonArray }}{{ $_ := set $items . . }}{{ end }}
{{- $volume := include "clik2pay-sidecar.own.callerVolume" $name }}
{{ include "clik2pay-sidecar.own.secretVolume" (list $ $volume $caller.tokens.existingSecret $items) }}
{{- end }}
{{- end }}
{{- with include "clik2pay-sidecar.own.socketVolume" . }}
{{ . }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ include "clik2pay-sidecar.own.tpl" (list . $) }}
{{- end }}
{{- end }}

{{- /* A volume with files of a Secret. Arguments: (list CONTEXT VOLUME SECRET ITEMS). ITEMS maps the name of each file to its key.
Root owns the files of a Secret, and the sidecar runs as user 1654. With mode 0440 the sidecar could read them only with an fsGroup, which
the app may need for itself. 0444 needs no fsGroup. Only the containers that need the volume mount it, and its folder on the node belongs to
root. */}}
{{- define "clik2pay-sidecar.own.secretVolume" -}}
{{- $ := index . 0 -}}
- name: {{ index . 1 }}
  secret:
    secretName: {{ include "clik2pay-sidecar.own.tpl" (list (index . 2) $) | quote }}
    defaultMode: 0444
    items:
      {{- range $file, $key := index . 3 }}
      - key: {{ $key | quote }}
        path: {{ toYaml $file }}
      {{- end }}
{{- end }}

{{- /* A changed checksum restarts the pods. The checksum covers the connection string of Redis, because the sidecar reads it only at start
and the pod itself does not contain it. It does not cover credentials and routes, because the sidecar watches their files. It cannot cover
existing Secrets, because Helm does not read them. */}}
{{- define "clik2pay-sidecar.own.podAnnotations" -}}
{{- $annotations := include "clik2pay-sidecar.own.tpl" (list .Values.podAnnotations .) | fromYaml -}}
{{- if hasKey $annotations "checksum/clik2pay-redis" -}}
{{- fail "podAnnotations: the chart sets checksum/clik2pay-redis. Remove it, or use another name." -}}
{{- end -}}
{{- if and .Values.redis.connectionString (not .Values.redis.existingSecret) -}}
{{- $_ := set $annotations "checksum/clik2pay-redis" (sha256sum .Values.redis.connectionString) -}}
{{- end -}}
{{- with merge $annotations (include "clik2pay-sidecar.own.routesAnnotation" . | fromYaml) }}{{ toYaml . }}{{ end -}}
{{- end }}

{{- define "clik2pay-sidecar.own.podLabels" -}}
{{ include "clik2pay-sidecar.own.sidecarLabel" . }}
{{- with .Values.podLabels }}
{{ include "clik2pay-sidecar.own.tpl" (list . $) }}
{{- end }}
{{- end }}

{{- define "clik2pay-sidecar.own.imagePullSecrets" -}}
{{- $secrets := list -}}
{{- range .Values.global.imagePullSecrets -}}
{{- $secrets = append $secrets (kindIs "string" . | ternary (dict "name" .) .) -}}
{{- end -}}
{{- with concat $secrets .Values.imagePullSecrets | uniq }}{{ include "clik2pay-sidecar.own.tpl" (list . $) }}{{ end -}}
{{- end }}

{{- define "clik2pay-sidecar.own.appEnv" -}}
- name: CLIK2PAY_BASE_URL
  value: {{ include "clik2pay-sidecar.own.appBaseUrl" . | quote }}
{{- with include "clik2pay-sidecar.own.appSocket" . }}
- name: CLIK2PAY_SOCKET
  value: {{ . | quote }}
{{- end }}
{{- if .Values.callerToken.existingSecret }}
- name: CLIK2PAY_CALLER_TOKEN_FILE
  value: /etc/clik2pay-sidecar/caller-token/caller-token
{{- end }}
{{- with .Values.app.caller }}
- name: CLIK2PAY_CALLER_TOKEN_FILE
  value: {{ include "clik2pay-sidecar.own.callerTokenFiles" (list . (get $.Values.callers .)) | fromJsonArray | first }}
{{- end }}
{{- end }}

{{- define "clik2pay-sidecar.own.appVolumeMounts" -}}
{{- if include "clik2pay-sidecar.own.appSocket" . -}}
{{- include "clik2pay-sidecar.own.socketMount" (list true .) -}}
{{ "\n" }}
{{- end -}}
{{- if .Values.callerToken.existingSecret -}}
{{- include "clik2pay-sidecar.own.callerTokenMount" . -}}
{{- end -}}
{{- with .Values.app.caller -}}
{{- include "clik2pay-sidecar.own.callerMount" . -}}
{{- end -}}
{{- end }}

{{- define "clik2pay-sidecar.own.callerTokenMount" -}}
- name: clik2pay-caller-token
  mountPath: /etc/clik2pay-sidecar/caller-token
  readOnly: true
{{- end }}

{{- /* Resource attributes of metrics and traces. Kubernetes replaces $(NAME) with the variables before it. */}}
{{- define "clik2pay-sidecar.own.otelEnv" -}}
{{- $attributes := list -}}
{{- if .Values.otel.kubernetesAttributes }}
{{- $fields := dict "K8S_POD_NAME" "metadata.name" "K8S_POD_UID" "metadata.uid"
  "K8S_NAMESPACE_NAME" "metadata.namespace" "K8S_NODE_NAME" "spec.nodeName" }}
{{- range $variable, $field := $fields }}
{{- $attributes = append $attributes (printf "%s=$(%s)" (lower $variable | replace "_" ".") $variable) }}
- name: {{ $variable }}
  valueFrom:
    fieldRef: {apiVersion: v1, fieldPath: {{ $field }}}
{{- end }}
{{- $attributes = append $attributes "k8s.container.name=clik2pay-sidecar" }}
{{- end }}
{{- range $name, $value := .Values.otel.resourceAttributes }}
{{- $attributes = append $attributes (printf "%s=%s" $name (include "clik2pay-sidecar.own.tpl" (list $value $))) }}
{{- end }}
{{- with $attributes }}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: {{ join "," . | quote }}
{{- end }}
{{- end }}

{{- /* The routes as an annotation, which the volume of own.volumes turns into a file. */}}
{{- define "clik2pay-sidecar.own.routesAnnotation" -}}
{{- if and .Values.reverseProxy .Values.reverseProxyByRollout -}}
clik2pay-sidecar-routes: {{ dict "ReverseProxy" .Values.reverseProxy | toJson | quote }}
{{- end -}}
{{- end }}
