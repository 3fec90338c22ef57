{{/* The configuration file: what the user says over what belongs to the chart. */}}

{{- define "sse.secretFolder" -}}/etc/sse-cluster/secrets{{- end -}}
{{- define "sse.tlsFolder" -}}/etc/sse-cluster/tls{{- end -}}
{{- define "sse.publicAuthorities" -}}/etc/ssl/certs/ca-certificates.crt{{- end -}}
{{- define "sse.pluginFolder" -}}/var/lib/sse-cluster/plugins{{- end -}}

{{/* Options that are lists, or text with commas, as JSON {"list": […]}. */}}
{{- define "sse.list" -}}
{{- $given := . -}}
{{- if kindIs "string" $given }}{{ $given = compact (splitList "," ($given | nospace)) }}{{ end -}}
{{- dict "list" (default (list) $given) | toJson -}}
{{- end -}}
{{- define "sse.discovery" -}}{{ include "sse.list" .Values.config.discovery }}{{- end -}}
{{/* A map under auth holds its options (auth.cookie), not its plugins. */}}
{{- define "sse.auth" -}}
{{- $given := .Values.config.auth -}}
{{- include "sse.list" (default "open" (ternary "" $given (kindIs "map" $given))) -}}
{{- end -}}

{{/* "yes" where nodes prove to each other that they are some: by a secret, or by certificates on both sides. */}}
{{- define "sse.proved" -}}
{{- $config := include "sse.config" . | fromJson -}}
{{- $secret := dig "cluster" "secret_file" "" $config -}}
{{- range .Values.extraEnv -}}
{{- if or (and (eq .name "CLUSTER_SECRET") .valueFrom) (and (eq .name "CLUSTER_SECRET_FILE") (or .valueFrom .value)) }}{{ $secret = .name }}{{ end -}}
{{- end -}}
{{- $tls := and .Values.tls.enabled (has (dig "relay" "tls" "auto" $config) (list "auto" "on")) -}}
{{- if or $secret (and $tls (dig "relay" "client_names" "" $config)) }}yes{{ end -}}
{{- end -}}

{{/* Names of the files of secrets that are mounted, in JSON {"list": […]}. */}}
{{- define "sse.secretKeys" -}}
{{- $keys := list -}}
{{- with .Values.secret -}}
{{- if .existingSecret -}}
{{- $keys = .existingKeys -}}
{{- else -}}
{{- if .gossipKey }}{{ $keys = append $keys "gossip-key" }}{{ end -}}
{{- if .clusterSecret }}{{ $keys = append $keys "cluster-secret" }}{{ end -}}
{{- if .tokens }}{{ $keys = append $keys "tokens.json" }}{{ end -}}
{{- if .jwtSecret }}{{ $keys = append $keys "jwt-secret" }}{{ end -}}
{{- if .jwtKey }}{{ $keys = append $keys "jwt.pem" }}{{ end -}}
{{- $keys = concat $keys (keys .files | sortAlpha) -}}
{{- end -}}
{{- end -}}
{{- dict "list" $keys | toJson -}}
{{- end -}}

{{- define "sse.secretName" -}}
{{- default (include "sse.fullname" .) .Values.secret.existingSecret -}}
{{- end -}}

{{/* Options that name the mounted secrets. */}}
{{- define "sse.secretConfig" -}}
{{- $folder := include "sse.secretFolder" . -}}
{{- $config := dict -}}
{{- range (include "sse.secretKeys" . | fromJson).list -}}
{{- $path := printf "%s/%s" $folder . -}}
{{- if eq . "gossip-key" }}{{ $config = merge $config (dict "gossip" (dict "secret_key_file" $path)) }}{{ end -}}
{{- if eq . "cluster-secret" }}{{ $config = merge $config (dict "cluster" (dict "secret_file" $path)) }}{{ end -}}
{{- if eq . "tokens.json" }}{{ $config = merge $config (dict "token" (dict "file" $path)) }}{{ end -}}
{{- if eq . "jwt-secret" }}{{ $config = merge $config (dict "jwt" (dict "secret_file" $path)) }}{{ end -}}
{{- if eq . "jwt.pem" }}{{ $config = merge $config (dict "jwt" (dict "key" $path)) }}{{ end -}}
{{- end -}}
{{- toJson $config -}}
{{- end -}}

{{/* Options that belong to the chart; the user's win over them. */}}
{{- define "sse.chartConfig" -}}
{{- $discovery := (include "sse.discovery" . | fromJson).list -}}
{{- $config := include "sse.secretConfig" . | fromJson -}}
{{- if has "gossip" $discovery -}}
{{- $seed := printf "%s:%d" (include "sse.headless" .) (include "sse.gossipPort" . | int) -}}
{{- $config = merge $config (dict "gossip" (dict "hosts" (list $seed))) -}}
{{- end -}}
{{- if has "dns" $discovery -}}
{{- $config = merge $config (dict "dns" (dict "name" (include "sse.headless" .) "service" "http" "interval" "5s")) -}}
{{- end -}}
{{- if .Values.tls.enabled -}}
{{- $folder := include "sse.tlsFolder" . -}}
{{- $config = merge $config (dict "tls" (dict "certificate" (list (printf "%s/tls.crt" $folder)) "key" (list (printf "%s/tls.key" $folder)))) -}}
{{- $authorities := default (printf "%s/ca.crt" $folder) .Values.tls.caFile -}}
{{- $name := default (printf "%s.%s.svc" (include "sse.fullname" .) .Release.Namespace) .Values.tls.serverName -}}
{{- $config = merge $config (dict "relay" (dict "ca_file" $authorities "server_name" $name)) -}}
{{- end -}}
{{- /* The folders that the kubelet renews: what can be reloaded is, without a roll-out. */}}
{{- $watch := list "/etc/sse-cluster/config" -}}
{{- if (include "sse.secretKeys" . | fromJson).list }}{{ $watch = append $watch (include "sse.secretFolder" .) }}{{ end -}}
{{- if .Values.tls.enabled }}{{ $watch = append $watch (include "sse.tlsFolder" .) }}{{ end -}}
{{- $config = merge $config (dict "reload" (dict "watch" $watch)) -}}
{{- with .Values.extraPlugins -}}
{{- $paths := list "/usr/local/lib/sse-cluster/plugins" -}}
{{- range . }}{{ $paths = append $paths (printf "%s/%s" (include "sse.pluginFolder" $) .name) }}{{ end -}}
{{- $config = merge $config (dict "plugins" (dict "path" $paths)) -}}
{{- end -}}
{{- toJson $config -}}
{{- end -}}

{{/* The drain times that a pod's time to stop is made of, as JSON. They are variables of the pod and not of the file: one that
     reloads would reach pods whose time to stop is that of before. */}}
{{- define "sse.drain" -}}
{{- $times := dict "delay" "0s" "window" "5s" "flush" "5s" -}}
{{- range $name, $value := pick (default dict .Values.config.drain) "delay" "window" "flush" }}{{ $_ := set $times $name (toString $value) }}{{ end -}}
{{- toJson $times -}}
{{- end -}}

{{/* The whole configuration file, as JSON. */}}
{{- define "sse.config" -}}
{{- $user := merge (deepCopy .Values.config) .Values.pluginConfig -}}
{{- $discovery := (include "sse.discovery" . | fromJson).list -}}
{{- $_ := set $user "discovery" $discovery -}}
{{- if not (has "gossip" $discovery) }}{{ $_ := unset $user "gossip" }}{{ end -}}
{{- $drain := omit (default dict $user.drain) "delay" "window" "flush" -}}
{{- if $drain }}{{ $_ := set $user "drain" $drain }}{{ else }}{{ $_ := unset $user "drain" }}{{ end -}}
{{- mergeOverwrite (include "sse.chartConfig" . | fromJson) $user | toJson -}}
{{- end -}}

{{/* The configuration file without what a running node reloads. */}}
{{- define "sse.fixedConfig" -}}
{{- $config := include "sse.config" . | fromJson -}}
{{- range .Files.Lines "files/reloads.txt" -}}
{{- $parts := splitList "." . -}}
{{- $parent := $config -}}
{{- range initial $parts }}{{ if kindIs "map" $parent }}{{ $parent = get $parent . }}{{ end }}{{ end -}}
{{- if kindIs "map" $parent }}{{ $_ := unset $parent (last $parts) }}{{ end -}}
{{- end -}}
{{- range $key, $section := deepCopy $config }}{{ if eq (toJson $section) "{}" }}{{ $_ := unset $config $key }}{{ end }}{{ end -}}
{{- toJson $config -}}
{{- end -}}

{{/* The Secret of the chart without what a running node reloads. */}}
{{- define "sse.fixedSecret" -}}
{{- $reloads := .Files.Lines "files/reloads.txt" -}}
{{- $options := dict "gossip-key" "gossip.secret_key_file" "cluster-secret" "cluster.secret_file" "tokens.json" "token.file" "jwt-secret" "jwt.secret_file" "jwt.pem" "jwt.key" -}}
{{- $fixed := dict -}}
{{- range $name, $content := include "sse.secretData" . | fromJson -}}
{{- if not (has (default "" (get $options $name)) $reloads) }}{{ $_ := set $fixed $name $content }}{{ end -}}
{{- end -}}
{{- toJson $fixed -}}
{{- end -}}

{{/* What the chart's own Secret holds, as JSON. */}}
{{- define "sse.secretData" -}}
{{- $data := dict -}}
{{- with .Values.secret -}}
{{- if .gossipKey }}{{ $_ := set $data "gossip-key" .gossipKey }}{{ end -}}
{{- if .clusterSecret }}{{ $_ := set $data "cluster-secret" .clusterSecret }}{{ end -}}
{{- if .tokens }}{{ $_ := set $data "tokens.json" (dict "tokens" .tokens | toPrettyJson) }}{{ end -}}
{{- if .jwtSecret }}{{ $_ := set $data "jwt-secret" .jwtSecret }}{{ end -}}
{{- if .jwtKey }}{{ $_ := set $data "jwt.pem" .jwtKey }}{{ end -}}
{{- range $name, $content := .files }}{{ $_ := set $data $name $content }}{{ end -}}
{{- end -}}
{{- toJson $data -}}
{{- end -}}
