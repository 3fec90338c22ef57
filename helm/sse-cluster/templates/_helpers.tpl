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
{{- include "sse.timeOf" $text -}}
{{- end -}}

{{/* Milliseconds of "1m30s"; also by the units of Prometheus. */}}
{{- define "sse.timeOf" -}}
{{- $factors := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 "w" 604800000 "y" 31536000000 -}}
{{- $sum := 0 -}}
{{- range regexFindAll "[0-9]+(ms|[smhdwy])" . -1 -}}
{{- $sum = add $sum (mul (regexFind "^[0-9]+" . | int64) (get $factors (regexFind "[a-z]+$" .))) -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{/* Bytes of "64MiB", "0.5Gi", "1e9" or a number, by the units of the node and of Kubernetes; empty where it is neither. */}}
{{- define "sse.bytes" -}}
{{- $factors := dict "" 1 "B" 1 "m" 0.001 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- if not (kindIs "string" .) -}}
{{- int64 . -}}
{{- else if regexMatch "^([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][0-9]+|[KMGT]iB?|[mkMGTB])?$" . -}}
{{- $unit := regexFind "[A-Za-z]+$" . -}}
{{- mulf (trimSuffix $unit . | float64) (get $factors (ternary "B" (trimSuffix "B" $unit) (eq $unit "B"))) | int64 -}}
{{- end -}}
{{- end -}}

{{/* "yes" for a numeric address, of IPv4 or IPv6. */}}
{{- define "sse.numeric" -}}
{{- $octet := "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])" -}}
{{- $v4 := printf "(%s\\.){3}%s" $octet $octet -}}
{{- $v6 := regexReplaceAll (printf ":%s$" $v4) . ":0:0" -}}
{{- $groups := splitList ":" $v6 -}}
{{- if regexMatch (printf "^%s$" $v4) . -}}
yes
{{- else if regexMatch "^([0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}$" $v6 -}}
yes
{{- else if and (regexMatch "^(([0-9A-Fa-f]{1,4}:)*[0-9A-Fa-f]{1,4})?::(([0-9A-Fa-f]{1,4}:)*[0-9A-Fa-f]{1,4})?$" $v6) (lt (len (compact $groups)) 8) -}}
yes
{{- end -}}
{{- end -}}

{{/* The most pods that there may be. */}}
{{- define "sse.mostPods" -}}
{{- ternary .Values.autoscaling.maxReplicas .Values.replicaCount .Values.autoscaling.enabled | int -}}
{{- end -}}

{{/* Seconds from the order to stop to the kill: preStop, drain.delay, drain.window, drain.flush and a margin. */}}
{{- define "sse.neededGrace" -}}
{{- $sum := 0 -}}
{{- range $name, $value := include "sse.drain" . | fromJson -}}
{{- $time := dict "key" (printf "drain.%s" $name) "value" $value -}}
{{- $sum = add $sum (include "sse.milliseconds" $time | int64) -}}
{{- end -}}
{{- add (int64 .Values.preStopSleepSeconds) (divf $sum 1000 | ceil | int64) 10 -}}
{{- end -}}
{{- define "sse.grace" -}}
{{- default (include "sse.neededGrace" .) .Values.terminationGracePeriodSeconds | int64 -}}
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

{{/* "yes" where `helm test` can work: everybody may publish, or it has a token. */}}
{{- define "sse.tested" -}}
{{- if and .Values.test.enabled (or .Values.test.tokenSecret (has "open" (include "sse.auth" . | fromJson).list)) }}yes{{ end -}}
{{- end -}}

{{/* "yes" for a prefix that nodes know: / and those of their own paths. They have no base path. */}}
{{- define "sse.knownPath" -}}
{{- $first := splitList "/" . | compact | first -}}
{{- if has (default "" $first) (list "" "subscribe" "channel" "channels" "publish" "status" "auth" "console" "metrics" "livez" "readyz" "startupz") }}yes{{ end -}}
{{- end -}}
