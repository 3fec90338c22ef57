{{/* What contradicts itself, told all at once: each line says which value and what to do. */}}

{{- define "sse.validate" -}}
{{- $problems := list -}}
{{- range list "sse.wrongConfig" "sse.wrongRanges" "sse.wrongForms" "sse.wrongFiles" "sse.wrongAddresses" "sse.wrongPlugins" "sse.wrongVariables" "sse.wrongSecrets" "sse.wrongKeys" "sse.wrongAccess" "sse.wrongTls" "sse.wrongNodes" "sse.wrongScale" "sse.wrongTimes" "sse.wrongRoutes" "sse.wrongWatching" "sse.wrongPods" "sse.wrongNames" -}}
{{- $problems = concat $problems (include . $ | fromJson).list -}}
{{- end -}}
{{- if $problems }}{{ fail (printf "\n\nThese values cannot work:\n  - %s\n" (join "\n  - " $problems)) }}{{ end -}}
{{- end -}}

{{- define "sse.wrongConfig" -}}
{{- $wrong := list -}}
{{- $config := .Values.config -}}
{{- $discovery := (include "sse.discovery" . | fromJson).list -}}
{{- $http := include "sse.httpPort" . -}}
{{- $admin := include "sse.adminPort" . -}}
{{- if dig "node" "name" "" $config -}}
{{- $wrong = append $wrong "config.node.name: the same for all pods; leave it out, each pod's name is its node.name" -}}
{{- end -}}
{{- if dig "http" "server" "" $config -}}
{{- $wrong = append $wrong "config.http.server: an old name; say config.http.port and config.http.cors" -}}
{{- end -}}
{{- if eq $http "0" -}}
{{- $wrong = append $wrong "config.http.port: 0 is no port that a Service can lead to; choose one" -}}
{{- end -}}
{{- if and (has "gossip" $discovery) (eq (include "sse.gossipPort" .) "0") -}}
{{- $wrong = append $wrong "config.gossip.port: 0 is no port that pods can find each other at; choose one" -}}
{{- end -}}
{{- range $key, $list := dict "discovery" $discovery "auth" (include "sse.auth" . | fromJson).list -}}
{{- if ne (len $list) (uniq $list | len) -}}
{{- $wrong = append $wrong (printf "config.%s: names a plugin twice, %s; say it once" $key (join "," $list)) -}}
{{- end -}}
{{- end -}}
{{- if eq $http $admin -}}
{{- $wrong = append $wrong (printf "config.admin.port: %s is config.http.port; choose another, or null for one port" $admin) -}}
{{- end -}}
{{- if and (has "gossip" $discovery) (has (include "sse.gossipPort" .) (list $http $admin)) -}}
{{- $wrong = append $wrong (printf "config.gossip.port: %s is taken by another port of config; choose another" (include "sse.gossipPort" .)) -}}
{{- end -}}
{{- if not $discovery -}}
{{- $wrong = append $wrong "config.discovery: without it nodes do not find each other; say gossip or dns" -}}
{{- end -}}
{{- if dig "plugins" "path" "" $config -}}
{{- $wrong = append $wrong "config.plugins.path: made from extraPlugins; name your plugins there" -}}
{{- end -}}
{{- range $key, $value := .Values.pluginConfig -}}
{{- $section := splitList "." $key | first -}}
{{- if has $section ($.Files.Lines "files/sections.txt") -}}
{{- $wrong = append $wrong (printf "pluginConfig.%s: the node's own option, not a plugin's; say it in config, or in secret if it is one" $key) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.pluginConfig (not .Values.extraPlugins) -}}
{{- $wrong = append $wrong "pluginConfig: nobody reads it without a plugin of yours; bring one by extraPlugins" -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{- define "sse.wrongAddresses" -}}
{{- $wrong := list -}}
{{- $config := .Values.config -}}
{{- range list "http.address" "admin.address" "gossip.bind" "gossip.advertise" -}}
{{- $parts := splitList "." . -}}
{{- $address := dig (first $parts) (last $parts) "" $config -}}
{{- if and $address (not (include "sse.numeric" $address)) -}}
{{- $wrong = append $wrong (printf "config.%s: expected a numeric address such as 0.0.0.0 or ::, got %q" . $address) -}}
{{- else if and $address (or (hasPrefix "127." $address) (eq $address "::1")) -}}
{{- $wrong = append $wrong (printf "config.%s: nothing outside of the pod reaches %s; say 0.0.0.0 or ::" . $address) -}}
{{- end -}}
{{- end -}}
{{- if and (include "sse.adminPort" .) (not (dig "admin" "address" "" $config)) -}}
{{- $wrong = append $wrong "config.admin.address: probes cannot reach the default 127.0.0.1; say 0.0.0.0 or ::" -}}
{{- end -}}
{{- if and (dig "gossip" "advertise" "" $config) (gt (include "sse.mostPods" . | int) 1) -}}
{{- $wrong = append $wrong "config.gossip.advertise: the same for all pods; leave it out, each pod tells its own address" -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{- define "sse.wrongPlugins" -}}
{{- $wrong := list -}}
{{- $config := .Values.config -}}
{{- $discovery := (include "sse.discovery" . | fromJson).list -}}
{{- range $discovery -}}
{{- if and (eq . "hosts") (not (dig "hosts" "peers" "" $config)) -}}
{{- $wrong = append $wrong "config.discovery: hosts needs config.hosts.peers, and pods have no fixed addresses; say gossip or dns" -}}
{{- end -}}
{{- end -}}
{{- if not .Values.extraPlugins -}}
{{- range $discovery -}}
{{- if not (has . (list "gossip" "dns" "hosts")) -}}
{{- $wrong = append $wrong (printf "config.discovery: no plugin %q; say gossip or dns, or bring it by extraPlugins" .) -}}
{{- end -}}
{{- end -}}
{{- range (include "sse.auth" . | fromJson).list -}}
{{- if not (has . (list "open" "token" "jwt" "webhook")) -}}
{{- $wrong = append $wrong (printf "config.auth: no plugin %q; say token, jwt, webhook or open, or bring it by extraPlugins" .) -}}
{{- end -}}
{{- end -}}
{{- with $config.transport -}}
{{- if ne . "relay" -}}
{{- $wrong = append $wrong (printf "config.transport: no plugin %q; say relay, or bring it by extraPlugins" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $names := list -}}
{{- range .Values.extraPlugins -}}
{{- if and .image .volume -}}
{{- $wrong = append $wrong (printf "extraPlugins: %s has an image and a volume; say one of them" .name) -}}
{{- else if not (or .image .volume) -}}
{{- $wrong = append $wrong (printf "extraPlugins: %s needs an image or a volume" .name) -}}
{{- end -}}
{{- if has .name $names -}}
{{- $wrong = append $wrong (printf "extraPlugins: two are called %s; give each a name of its own" .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{/* The option that a variable of a secret is about, as cluster.secret; else nothing: (dict "root" $ "name" "CLUSTER_SECRET"). */}}
{{- define "sse.secretOf" -}}
{{- range .root.Files.Lines "files/secrets.txt" }}{{ if hasPrefix (printf "%s " $.name) . }}{{ splitList " " . | last }}{{ end }}{{ end -}}
{{- end -}}

{{- define "sse.wrongVariables" -}}
{{- $wrong := list -}}
{{- $config := include "sse.config" . | fromJson -}}
{{- $followed := list "HTTP_PORT" "HTTP_SERVER_PORT" "HTTP_ADDRESS" "ADMIN_PORT" "ADMIN_ADDRESS" "GOSSIP_PORT" "GOSSIP_BIND" "GOSSIP_ADVERTISE" "GOSSIP_HOSTS" "DISCOVERY" "DNS_NAME" "DNS_SERVICE" "TRANSPORT" "AUTH" "TOKEN_FILE" "NODE_NAME" "PLUGINS_PATH" "RELOAD_WATCH" "TLS_CERTIFICATE" "TLS_KEY" "RELAY_CA_FILE" "RELAY_SERVER_NAME" "RELAY_TLS" "RELAY_CLIENT_NAMES" "HISTORY_BUDGET" "CLUSTER_START_TIMEOUT" -}}
{{- range .Values.extraEnv -}}
{{- if has .name $followed -}}
{{- $wrong = append $wrong (printf "extraEnv: %s would win over what the rest of the chart follows; say it in config" .name) -}}
{{- end -}}
{{- if hasPrefix "DRAIN_" .name -}}
{{- $wrong = append $wrong (printf "extraEnv: %s would win over config.drain, from which the time to stop is computed; say it there" .name) -}}
{{- end -}}
{{- $secret := include "sse.secretOf" (dict "root" $ "name" .name) -}}
{{- if and $secret (not .valueFrom) -}}
{{- $wrong = append $wrong (printf "extraEnv: %s would be readable in the StatefulSet; say valueFrom, as {secretKeyRef: {name: …, key: …}}" .name) -}}
{{- end -}}
{{- $parts := splitList "." (printf "%s_file" $secret) -}}
{{- if and $secret (dig (first $parts) (last $parts) "" $config) -}}
{{- $wrong = append $wrong (printf "extraEnv: %s is what config.%s_file, or secret, has a file for; say one of them" .name $secret) -}}
{{- end -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}
