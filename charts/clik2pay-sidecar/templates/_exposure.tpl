{{- /* Guards that keep everything but its own caller token and its own socket from the app. */}}

{{- /* The places that a source reads from, as a JSON list of texts PLACE/KEY. The KEY * means all files.
Arguments: (list SOURCE CONTEXT). */}}
{{- define "clik2pay-sidecar.own.locations" -}}
{{- $source := index . 0 -}}
{{- $value := (include "clik2pay-sidecar.own.tplJson" (list $source.value (index . 1)) | fromJson).value -}}
{{- $places := list -}}
{{- if eq $source.kind "directory" -}}
{{- $places = append $places (printf "directory %s/*" (clean $source.folder)) -}}
{{- else if eq $source.kind "volume" -}}
{{- range $type, $fields := $value -}}
{{- $parts := list (dict $type $fields) -}}
{{- if eq $type "projected" }}{{ $parts = $fields.sources | default list }}{{ end -}}
{{- range $parts -}}
{{- /* Each volume of these types has files of its own. */ -}}
{{- range $kind, $part := omit . "emptyDir" "ephemeral" -}}
{{- $part = $part | default dict -}}
{{- $class := (($part.volumeAttributes | default dict).secretProviderClass) -}}
{{- $path := $part.path | empty | ternary "" (printf "%s%s" ($part.server | default "") ($part.path | default "" | clean)) -}}
{{- $name := $part.secretName | default $part.name | default $class | default $path | default (omit $part "readOnly" | toJson) -}}
{{- range $part.items | default (list (dict "key" "*")) }}{{ $places = append $places (printf "%s %s/%s" $kind $name .key) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- else -}}
{{- range $_, $key := $source.items }}{{ $places = append $places (printf "%s %s/%s" $source.kind $value $key) }}{{ end -}}
{{- end -}}
{{- toJson $places -}}
{{- end }}

{{- /* Fails if the app would get files of another source with its caller token. A Secret can have several keys, because the chart mounts
only the keys that it needs. Certificates of authorities are not secret. */}}
{{- define "clik2pay-sidecar.own.exposureGuard" -}}
{{- range $own := include "clik2pay-sidecar.own.appSources" . | fromJsonArray -}}
{{- $ownPlaces := include "clik2pay-sidecar.own.locations" (list $own $) | fromJsonArray -}}
{{- range $other := include "clik2pay-sidecar.own.sources" $ | fromJsonArray -}}
{{- if not (or (eq $other.key $own.key) (hasSuffix "CaFile" (first $other.files).setting)) -}}
{{- range $place := include "clik2pay-sidecar.own.locations" (list $other $) | fromJsonArray -}}
{{- range $ownPlace := $ownPlaces -}}
{{- $ownFolder := trimSuffix "*" $ownPlace -}}
{{- $isBelow := and (hasSuffix "/*" $ownPlace) (hasPrefix $ownFolder $place) -}}
{{- $isWhole := and (eq (dir $place) (dir $ownPlace)) (or (hasSuffix "/*" $place) (hasSuffix "/*" $ownPlace)) -}}
{{- if or $isBelow $isWhole (eq $place $ownPlace) -}}
{{- $remedy := printf "Keep the caller token apart from %s.%s." $other.key $other.option -}}
{{- fail (printf "%s.%s: the app would also get the files of %s. %s" $own.key $own.option $other.key $remedy) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range .Values.app.volumeMounts -}}
{{- if hasPrefix "clik2pay-" .name -}}
{{- $remedy := "Mount only volumes of extraVolumes, under names without the prefix clik2pay-." -}}
{{- fail (printf "app.volumeMounts: the volume %s belongs to the sidecar, and can contain secrets. %s" .name $remedy) -}}
{{- end -}}
{{- end -}}
{{- end }}
