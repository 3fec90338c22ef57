{{/* What contradicts itself, told all at once: each line says which value and what to do. */}}

{{- define "sse.validate" -}}
{{- $problems := list -}}
{{- range list "sse.wrongConfig" "sse.wrongSecrets" "sse.wrongAccess" "sse.wrongScale" "sse.wrongTimes" "sse.wrongRoutes" -}}
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
{{- if eq $http $admin -}}
{{- $wrong = append $wrong (printf "config.admin.port: %s is config.http.port; choose another, or null for one port" $admin) -}}
{{- end -}}
{{- if and (has "gossip" $discovery) (has (include "sse.gossipPort" .) (list $http $admin)) -}}
{{- $wrong = append $wrong (printf "config.gossip.port: %s is taken by another port of config; choose another" (include "sse.gossipPort" .)) -}}
{{- end -}}
{{- range list "http" "admin" -}}
{{- $address := dig . "address" "" $config -}}
{{- if and $address (or (hasPrefix "127." $address) (eq $address "::1")) -}}
{{- $wrong = append $wrong (printf "config.%s.address: nothing outside of the pod reaches %s; say 0.0.0.0 or ::" . $address) -}}
{{- end -}}
{{- end -}}
{{- if and $admin (not (dig "admin" "address" "" $config)) -}}
{{- $wrong = append $wrong "config.admin.address: probes cannot reach the default 127.0.0.1; say 0.0.0.0 or ::" -}}
{{- end -}}
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
{{- range .Values.extraEnv -}}
{{- if has .name (list "HTTP_PORT" "HTTP_SERVER_PORT" "ADMIN_PORT" "GOSSIP_PORT" "DISCOVERY" "NODE_NAME" "PLUGINS_PATH") -}}
{{- $wrong = append $wrong (printf "extraEnv: %s would win over what services and probes follow; say it in config" .name) -}}
{{- end -}}
{{- if hasPrefix "DRAIN_" .name -}}
{{- $wrong = append $wrong (printf "extraEnv: %s would win over config.drain, from which the time to stop is computed; say it there" .name) -}}
{{- end -}}
{{- end -}}
{{- if not $discovery -}}
{{- $wrong = append $wrong "config.discovery: without it nodes do not find each other; say gossip or dns" -}}
{{- end -}}
{{- if dig "plugins" "path" "" $config -}}
{{- $wrong = append $wrong "config.plugins.path: made from extraPlugins; name your plugins there" -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{- define "sse.wrongSecrets" -}}
{{- $wrong := list -}}
{{- $config := .Values.config -}}
{{- if dig "gossip" "secret_key" (dig "gossip" "secretKey" "" $config) $config -}}
{{- $wrong = append $wrong "config.gossip.secret_key: would stand in a ConfigMap; say secret.gossipKey" -}}
{{- end -}}
{{- if dig "cluster" "secret" "" $config -}}
{{- $wrong = append $wrong "config.cluster.secret: would stand in a ConfigMap; say secret.clusterSecret" -}}
{{- end -}}
{{- if dig "jwt" "secret" "" $config -}}
{{- $wrong = append $wrong "config.jwt.secret: would stand in a ConfigMap; say secret.jwtSecret" -}}
{{- end -}}
{{- if dig "webhook" "secret" "" $config -}}
{{- $wrong = append $wrong "config.webhook.secret: would stand in a ConfigMap; put it into secret.files and say config.webhook.secret_file" -}}
{{- end -}}
{{- $own := keys (include "sse.secretData" . | fromJson) | sortAlpha -}}
{{- with .Values.secret -}}
{{- if and .existingSecret $own -}}
{{- $wrong = append $wrong (printf "secret: existingSecret %q and values for %s; put them into that Secret, or leave existingSecret empty" .existingSecret (join ", " $own)) -}}
{{- end -}}
{{- if and .existingSecret (not .existingKeys) -}}
{{- $wrong = append $wrong (printf "secret.existingKeys: say which keys of Secret %q to use, such as gossip-key or cluster-secret" .existingSecret) -}}
{{- end -}}
{{- if and .existingKeys (not .existingSecret) -}}
{{- $wrong = append $wrong "secret.existingSecret: say which Secret has the keys of secret.existingKeys" -}}
{{- end -}}
{{- range $key := splitList "," (.gossipKey | nospace) -}}
{{- if and $key (not (has (len $key) (list 16 24 32 44))) -}}
{{- $wrong = append $wrong (printf "secret.gossipKey: a key has 16, 24 or 32 bytes, raw or in base64; one has %d characters" (len $key)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{- define "sse.wrongAccess" -}}
{{- $wrong := list -}}
{{- $config := mergeOverwrite (include "sse.secretConfig" . | fromJson) (deepCopy .Values.config) -}}
{{- $auth := (include "sse.auth" . | fromJson).list -}}
{{- if and (has "token" $auth) (not (dig "token" "file" "" $config)) -}}
{{- $wrong = append $wrong "config.auth: token needs tokens; say secret.tokens, or a Secret with tokens.json" -}}
{{- end -}}
{{- if and (has "jwt" $auth) (not (dig "jwt" "secret_file" (dig "jwt" "key" (dig "jwt" "jwks" "" $config) $config) $config)) -}}
{{- $wrong = append $wrong "config.auth: jwt needs keys; say secret.jwtSecret, secret.jwtKey or config.jwt.jwks" -}}
{{- end -}}
{{- if and (has "webhook" $auth) (not (dig "webhook" "url" "" $config)) -}}
{{- $wrong = append $wrong "config.auth: webhook needs config.webhook.url" -}}
{{- end -}}
{{- if and .Values.tls.enabled (not .Values.tls.existingSecret) -}}
{{- $wrong = append $wrong "tls.existingSecret: say which Secret has tls.crt and tls.key" -}}
{{- end -}}
{{- if and .Values.tls.existingSecret (not .Values.tls.enabled) -}}
{{- $wrong = append $wrong "tls.enabled: false, so tls.existingSecret is of no use; enable it or leave the Secret out" -}}
{{- end -}}
{{- if dig "tls" "certificate" "" .Values.config -}}
{{- $wrong = append $wrong "config.tls.certificate: made from tls.existingSecret; say tls.enabled and tls.existingSecret" -}}
{{- end -}}
{{- range .Values.extraPlugins -}}
{{- if and .image .volume -}}
{{- $wrong = append $wrong (printf "extraPlugins: %s has an image and a volume; say one of them" .name) -}}
{{- else if not (or .image .volume) -}}
{{- $wrong = append $wrong (printf "extraPlugins: %s needs an image or a volume" .name) -}}
{{- end -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{- define "sse.wrongScale" -}}
{{- $wrong := list -}}
{{- $pods := ternary .Values.autoscaling.minReplicas .Values.replicaCount .Values.autoscaling.enabled | int -}}
{{- with .Values.autoscaling -}}
{{- if .enabled -}}
{{- if gt (int .minReplicas) (int .maxReplicas) -}}
{{- $wrong = append $wrong (printf "autoscaling.minReplicas: %d is more than maxReplicas, %d" (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- if not (or .targetCPUUtilizationPercentage .targetSubscribersPerPod) -}}
{{- $wrong = append $wrong "autoscaling: nothing to scale by; say targetCPUUtilizationPercentage or targetSubscribersPerPod" -}}
{{- end -}}
{{- if and .targetCPUUtilizationPercentage (not (dig "requests" "cpu" "" $.Values.resources)) -}}
{{- $wrong = append $wrong "autoscaling.targetCPUUtilizationPercentage: a share of resources.requests.cpu, which is not set" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with .Values.podDisruptionBudget -}}
{{- if .enabled -}}
{{- $least := not (kindIs "invalid" .minAvailable) -}}
{{- $most := not (kindIs "invalid" .maxUnavailable) -}}
{{- if and $least $most -}}
{{- $wrong = append $wrong "podDisruptionBudget: minAvailable and maxUnavailable; set one of them to null" -}}
{{- else if not (or $least $most) -}}
{{- $wrong = append $wrong "podDisruptionBudget: say maxUnavailable or minAvailable, or enabled: false" -}}
{{- else if and $most (has (toString .maxUnavailable) (list "0" "0%")) -}}
{{- $wrong = append $wrong "podDisruptionBudget.maxUnavailable: 0 lets nobody drain a host; say 1" -}}
{{- else if and $least (or (eq (toString .minAvailable) "100%") (and (not (kindIs "string" .minAvailable)) (ge (int .minAvailable) $pods))) -}}
{{- $wrong = append $wrong (printf "podDisruptionBudget.minAvailable: %v of %d pods lets nobody drain a host; say less" .minAvailable $pods) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $memory := include "sse.bytes" (dig "limits" "memory" "" .Values.resources) -}}
{{- $budget := dig "history" "budget" "256MiB" .Values.config -}}
{{- if and $memory (le (int64 $memory) (include "sse.bytes" $budget | default "0" | int64)) -}}
{{- $wrong = append $wrong (printf "resources.limits.memory: history alone may take config.history.budget, %v; raise the one or lower the other" $budget) -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{- define "sse.wrongTimes" -}}
{{- $wrong := list -}}
{{- $needed := include "sse.neededGrace" . | int -}}
{{- with .Values.terminationGracePeriodSeconds -}}
{{- if lt (int .) $needed -}}
{{- $wrong = append $wrong (printf "terminationGracePeriodSeconds: %d s is less than the %d s of preStopSleepSeconds, config.drain and a margin; leave it out" (int .) $needed) -}}
{{- end -}}
{{- end -}}
{{- $start := include "sse.milliseconds" (dict "key" "cluster.start_timeout" "value" (dig "cluster" "start_timeout" "2s" .Values.config)) | int64 -}}
{{- $patience := mul (default 10 .Values.startupProbe.periodSeconds) (default 3 .Values.startupProbe.failureThreshold) 1000 -}}
{{- if lt $patience $start -}}
{{- $wrong = append $wrong (printf "startupProbe: gives up after %d s, before config.cluster.start_timeout; raise failureThreshold" (div $patience 1000)) -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{- define "sse.wrongRoutes" -}}
{{- $wrong := list -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) -}}
{{- $wrong = append $wrong "ingress.hosts: say at least one, as [{host: events.example.org}]" -}}
{{- end -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) -}}
{{- $wrong = append $wrong "httpRoute.parentRefs: say at least one gateway, as [{name: …}]" -}}
{{- end -}}
{{- if and .Values.service.nodePort (eq .Values.service.type "ClusterIP") -}}
{{- $wrong = append $wrong "service.nodePort: a Service of type ClusterIP has none; say type NodePort or LoadBalancer" -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (not (include "sse.adminPort" .)) -}}
{{- $wrong = append $wrong "serviceMonitor.enabled: metrics are scraped on the admin port; say config.admin.port" -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}
