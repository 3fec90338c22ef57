{{/* Names, labels, small calculations. */}}

{{- define "sse.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 52 characters: a StatefulSet adds a revision of 11 to it in a label. */}}
{{- define "sse.fullname" -}}
{{- $name := include "sse.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "sse.headless" -}}{{ include "sse.fullname" . }}-headless{{- end -}}
{{- define "sse.admin" -}}{{ include "sse.fullname" . }}-admin{{- end -}}

{{- define "sse.selector" -}}
app.kubernetes.io/name: {{ include "sse.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: node
{{- end -}}

{{- define "sse.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: {{ include "sse.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* metadata of an object, and the place where wrong values are told: (dict "root" $ "name" … "annotations" {…} "labels" {…}) */}}
{{- define "sse.metadata" -}}
{{- include "sse.validate" .root -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- mergeOverwrite (include "sse.labels" .root | fromYaml) (default dict .labels) | toYaml | nindent 2 }}
{{- with mergeOverwrite (deepCopy .root.Values.commonAnnotations) (default dict .annotations) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "sse.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "sse.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "sse.image" -}}
{{- with .Values.image -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Milliseconds of a duration of the configuration file: (dict "key" "drain.delay" "value" "1m30s"). */}}
{{- define "sse.milliseconds" -}}
{{- $text := toString .value -}}
{{- if not (regexMatch "^(0|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$" $text | and (ne $text "")) -}}
{{- fail (printf "config.%s: expected a duration such as \"15s\" or \"1m30s\", got %q" .key $text) -}}
{{- end -}}
{{- $factors := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 -}}
{{- $sum := 0 -}}
{{- range regexFindAll "[0-9]+(ms|[smhd])" $text -1 -}}
{{- $sum = add $sum (mul (regexFind "^[0-9]+" . | int64) (get $factors (regexFind "[a-z]+$" .))) -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{/* Bytes of "64MiB" or "512Mi"; empty where it is neither. */}}
{{- define "sse.bytes" -}}
{{- $text := toString . -}}
{{- $factors := dict "" 1 "B" 1 "KiB" 1024 "Ki" 1024 "MiB" 1048576 "Mi" 1048576 "GiB" 1073741824 "Gi" 1073741824 "k" 1000 "M" 1000000 "G" 1000000000 -}}
{{- if regexMatch "^[0-9]+(B|[KMG]iB?|[kMG])?$" $text -}}
{{- mul (regexFind "^[0-9]+" $text | int64) (get $factors (regexFind "[A-Za-z]*$" $text)) -}}
{{- end -}}
{{- end -}}

{{/* Seconds from the order to stop to the kill: preStop, drain.delay, drain.window, drain.flush and a margin. */}}
{{- define "sse.neededGrace" -}}
{{- $config := include "sse.config" . | fromJson -}}
{{- $sum := 0 -}}
{{- range $name, $default := dict "delay" "0s" "window" "5s" "flush" "5s" -}}
{{- $time := dict "key" (printf "drain.%s" $name) "value" (dig "drain" $name $default $config) -}}
{{- $sum = add $sum (include "sse.milliseconds" $time | int64) -}}
{{- end -}}
{{- add (int64 .Values.preStopSleepSeconds) (divf $sum 1000 | ceil | int64) 10 -}}
{{- end -}}
{{- define "sse.grace" -}}
{{- default (include "sse.neededGrace" .) .Values.terminationGracePeriodSeconds -}}
{{- end -}}

{{/* Ports of the pods; that of admin is empty where there is none. */}}
{{- define "sse.httpPort" -}}{{ dig "http" "port" 8080 .Values.config | int }}{{- end -}}
{{- define "sse.gossipPort" -}}{{ dig "gossip" "port" 42000 .Values.config | int }}{{- end -}}
{{- define "sse.adminPort" -}}{{ with dig "admin" "port" "" .Values.config }}{{ int . }}{{ end }}{{- end -}}

{{- define "sse.probePort" -}}
{{- if include "sse.adminPort" . }}admin{{ else }}http{{ end -}}
{{- end -}}

{{/* A probe: (dict "root" $ "path" "/livez" "times" {…}) */}}
{{- define "sse.probe" -}}
{{- $port := include "sse.probePort" .root -}}
httpGet:
  path: {{ .path }}
  port: {{ $port }}
  {{- if and .root.Values.tls.enabled (eq $port "http") }}
  scheme: HTTPS
  {{- end }}
{{ toYaml .times }}
{{- end -}}
