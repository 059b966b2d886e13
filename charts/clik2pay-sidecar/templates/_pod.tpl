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
  {{- /* By number, because some versions of Istio rewrite probes of a named port even if the port is excluded from the mesh. */}}
  {{- $port := .Values.ports.admin | int }}
  {{- with .Values.probes }}
  {{- /* The start gate: /livez succeeds when the sidecar listens, and /startupz after the first access token. */}}
  startupProbe:
    httpGet: {path: {{ eq $.Values.startGate "token" | ternary "/startupz" "/livez" }}, port: {{ $port }}}
    {{- toYaml .startup | nindent 4 }}
    failureThreshold: {{ divf $.Values.startSeconds .startup.periodSeconds | ceil | int }}
  {{- /* unreadyWhenRefused decides whether refused credentials make the pod unready. An outage of the token endpoint does not. */}}
  readinessProbe:
    httpGet: {path: /readyz, port: {{ $port }}}
    {{- toYaml .readiness | nindent 4 }}
  {{- /* Does not depend on the provider or Redis, so an outage of either causes no restart. */}}
  livenessProbe:
    httpGet: {path: /livez, port: {{ $port }}}
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
  {{- include "clik2pay-sidecar.own.env" . | trim | nindent 2 }}
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
{{- with include "clik2pay-sidecar.own.volumeMounts" . | trim }}
volumeMounts:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "clik2pay-sidecar.own.volumeMounts" -}}
{{- include "clik2pay-sidecar.own.sourceMounts" (include "clik2pay-sidecar.own.sources" . | fromJsonArray) }}
{{- if .Values.reverseProxy }}
- name: clik2pay-routes
  mountPath: /etc/clik2pay-sidecar/routes
  readOnly: true
{{- end }}
{{- range include "clik2pay-sidecar.own.sockets" . | fromJsonArray }}
{{- include "clik2pay-sidecar.own.socketMount" (list . false) }}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ include "clik2pay-sidecar.own.tpl" (list . $) }}
{{- end }}
{{- end }}

{{- define "clik2pay-sidecar.own.image" -}}
{{- $registry := .Values.global.imageRegistry | default .Values.image.registry -}}
{{- if not (or $registry (contains "/" .Values.image.repository)) -}}
{{- $remedy := "Set it to the registry that you push the image to, or to docker.io/library for an image that is only on the nodes." -}}
{{- $effect := printf "without a registry, nodes pull %s from Docker Hub, which has no such image" .Values.image.repository -}}
{{- fail (printf "image.registry: %s. %s" $effect $remedy) -}}
{{- end -}}
{{- with $registry }}{{ . }}/{{ end -}}
{{- .Values.image.repository -}}
{{- /* The release adds the digest of its image to Chart.yaml. A tag in the values selects another image. */ -}}
{{- $released := .Values.image.tag | empty | ternary (index (.Chart.Annotations | default dict) "imageDigest") "" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{- with .Values.image.digest | default $released }}@{{ . }}{{ else }}:{{ $tag }}{{ end -}}
{{- end }}

{{- /* Settings, and the paths of secrets. The chart puts no secret into an environment variable. */}}
{{- define "clik2pay-sidecar.own.env" -}}
{{- range include "clik2pay-sidecar.own.profiles" . | fromJsonArray }}
{{- include "clik2pay-sidecar.own.profileEnv" . }}
{{- end }}
{{- include "clik2pay-sidecar.own.sourcesEnv" . }}
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
{{- include "clik2pay-sidecar.own.sourceVolumes" . }}
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
    name: {{ include "clik2pay-sidecar.own.fullname" . }}-routes
  {{- end }}
{{- end }}
{{- include "clik2pay-sidecar.own.socketVolumes" . }}
{{- with .Values.extraVolumes }}
{{ include "clik2pay-sidecar.own.tpl" (list . $) }}
{{- end }}
{{- end }}

{{- /* A changed checksum restarts the pods. The checksum covers the connection string of Redis, because the sidecar reads it only at start
and the pod itself does not contain it. It does not cover credentials and routes, because the sidecar watches their files. It cannot cover
existing Secrets, because Helm does not read them. */}}
{{- define "clik2pay-sidecar.own.podAnnotations" -}}
{{- $annotations := include "clik2pay-sidecar.own.tpl" (list .Values.podAnnotations .) | fromYaml -}}
{{- range list "checksum/clik2pay-redis" "clik2pay-sidecar-routes" -}}
{{- if hasKey $annotations . -}}
{{- fail (printf "podAnnotations: the chart sets %s. Remove this annotation, or rename it." .) -}}
{{- end -}}
{{- end -}}
{{- if include "clik2pay-sidecar.own.hasInlineRedis" . -}}
{{- $_ := set $annotations "checksum/clik2pay-redis" (sha256sum .Values.redis.connectionString) -}}
{{- end -}}
{{- with merge $annotations (include "clik2pay-sidecar.own.routesAnnotation" . | fromYaml) }}{{ toYaml . }}{{ end -}}
{{- end }}

{{- define "clik2pay-sidecar.own.podLabels" -}}
{{ include "clik2pay-sidecar.own.sidecarLabels" . }}
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
{{- range include "clik2pay-sidecar.own.appSources" . | fromJsonArray }}
- name: CLIK2PAY_CALLER_TOKEN_FILE
  value: {{ (first .env).value | splitList ";" | first | quote }}
{{- end }}
{{- end }}

{{- define "clik2pay-sidecar.own.appVolumeMounts" -}}
{{- include "clik2pay-sidecar.own.sourceMounts" (include "clik2pay-sidecar.own.appSources" . | fromJsonArray) -}}
{{- if include "clik2pay-sidecar.own.appSocket" . }}
{{- include "clik2pay-sidecar.own.socketMount" (list (include "clik2pay-sidecar.own.appListener" .) true) }}
{{- end }}
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
