{{/* Secrets, credentials and TLS that contradict each other, or that the node would refuse. */}}

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
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{/* Keys and tokens that the node would refuse. */}}
{{- define "sse.wrongKeys" -}}
{{- $wrong := list -}}
{{- $auth := (include "sse.auth" . | fromJson).list -}}
{{- range $name, $plugin := dict "tokens.json" "token" "jwt-secret" "jwt" "jwt.pem" "jwt" -}}
{{- if and (has $name (include "sse.secretKeys" $ | fromJson).list) (not (has $plugin $auth)) -}}
{{- $value := ternary "secret.existingKeys" (get (dict "tokens.json" "secret.tokens" "jwt-secret" "secret.jwtSecret" "jwt.pem" "secret.jwtKey") $name) (ne $.Values.secret.existingSecret "") -}}
{{- $wrong = append $wrong (printf "%s: nobody asks for what %s is about; say config.auth: [%s]" $value $name $plugin) -}}
{{- end -}}
{{- end -}}
{{- with .Values.secret.gossipKey -}}
{{- range $number, $key := splitList "," (regexReplaceAll "\\r?\\n$" . "") -}}
{{- if not (include "sse.isGossipKey" $key) -}}
{{- $wrong = append $wrong (printf "secret.gossipKey: a key has 16, 24 or 32 bytes, raw or in base64, without blanks around the comma; number %d has %d characters" (add1 $number) (len $key)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with .Values.secret.jwtSecret -}}
{{- $algorithm := dig "jwt" "algorithm" "" $.Values.config -}}
{{- $least := get (dict "HS384" 48 "HS512" 64) $algorithm | default 32 -}}
{{- if lt (len (regexReplaceAll "\\r?\\n$" . "")) $least -}}
{{- $wrong = append $wrong (printf "secret.jwtSecret: expected at least %d bytes for %s, got %d" $least (ternary $algorithm "HS256" (hasPrefix "HS" $algorithm)) (len .)) -}}
{{- end -}}
{{- end -}}
{{- with .Values.secret.jwtKey -}}
{{- if not (regexMatch "-----BEGIN [A-Z ]+-----\\s" .) -}}
{{- $wrong = append $wrong "secret.jwtKey: expected public keys or certificates in PEM, from -----BEGIN PUBLIC KEY----- on" -}}
{{- end -}}
{{- end -}}
{{- $shown := list -}}
{{- range .Values.secret.tokens -}}
{{- /* At noon, which no change of clocks skips. */}}
{{- $day := regexFind "^[-0-9]{10}" (default "" .expires) -}}
{{- if and $day (ne $day (toDate "2006-01-02 15" (printf "%s 12" $day) | date "2006-01-02")) -}}
{{- $wrong = append $wrong (printf "secret.tokens: %s expires on %s, which no calendar has; correct it" .name $day) -}}
{{- end -}}
{{- $what := default .certificate (lower (default "" .hash)) -}}
{{- if has $what $shown -}}
{{- $wrong = append $wrong (printf "secret.tokens: %s has the token or certificate of a row before; give it one of its own" .name) -}}
{{- end -}}
{{- $shown = append $shown $what -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{/* "yes" where the node takes it for one key of gossip. */}}
{{- define "sse.isGossipKey" -}}
{{- $sizes := list 16 24 32 -}}
{{- $base64 := "([A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{32}|[A-Za-z0-9+/]{43}=)" -}}
{{- if hasPrefix "raw:" . -}}
{{- if has (sub (len .) 4 | int) $sizes }}yes{{ end -}}
{{- else if hasPrefix "base64:" . -}}
{{- if regexMatch (printf "^base64:%s$" $base64) . }}yes{{ end -}}
{{- else if or (has (len .) $sizes) (regexMatch "^[A-Za-z0-9+/]{43}=$" .) }}yes{{ end -}}
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
{{- with dig "webhook" "url" "" $config -}}
{{- if not (regexMatch "^[hH][tT][tT][pP][sS]?://[^/?#@[:space:]]+([/?#][[:graph:]]*)?$" .) -}}
{{- $wrong = append $wrong (printf "config.webhook.url: expected an http or https URL without a user name, got %q" .) -}}
{{- end -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{- define "sse.wrongTls" -}}
{{- $wrong := list -}}
{{- if and .Values.tls.enabled (not .Values.tls.existingSecret) -}}
{{- $wrong = append $wrong "tls.existingSecret: say which Secret has tls.crt and tls.key" -}}
{{- end -}}
{{- if and .Values.tls.existingSecret (not .Values.tls.enabled) -}}
{{- $wrong = append $wrong "tls.enabled: false, so tls.existingSecret is of no use; enable it or leave the Secret out" -}}
{{- end -}}
{{- range list "certificate" "key" -}}
{{- if dig "tls" . "" $.Values.config -}}
{{- $wrong = append $wrong (printf "config.tls.%s: made from tls.existingSecret; say tls.enabled and tls.existingSecret" .) -}}
{{- end -}}
{{- end -}}
{{- if and (dig "tls" "client_ca" "" .Values.config) (not .Values.tls.enabled) -}}
{{- $wrong = append $wrong "config.tls.client_ca: clients show certificates by TLS alone; say tls.enabled and tls.existingSecret" -}}
{{- end -}}
{{- $shown := dig "relay" "client_certificate" "" .Values.config -}}
{{- $key := dig "relay" "client_key" "" .Values.config -}}
{{- if and $shown (not $key) -}}
{{- $wrong = append $wrong "config.relay.client_key: config.relay.client_certificate is of no use without it; say both" -}}
{{- end -}}
{{- if and $key (not $shown) -}}
{{- $wrong = append $wrong "config.relay.client_certificate: config.relay.client_key is of no use without it; say both" -}}
{{- end -}}
{{- $how := dig "relay" "tls" "auto" .Values.config -}}
{{- if and (eq $how "on") (not .Values.tls.enabled) -}}
{{- $wrong = append $wrong "config.relay.tls: on, and no pod speaks TLS, so that none links with another; say tls.enabled and tls.existingSecret, or leave it out" -}}
{{- end -}}
{{- if and (eq $how "off") .Values.tls.enabled -}}
{{- $wrong = append $wrong "config.relay.tls: off, and pods speak TLS alone, so that none links with another; leave it out" -}}
{{- end -}}
{{- if dig "relay" "client_names" "" .Values.config -}}
{{- $lacks := list -}}
{{- if not .Values.tls.enabled }}{{ $lacks = append $lacks "tls.enabled" }}{{ end -}}
{{- if not $shown }}{{ $lacks = append $lacks "config.relay.client_certificate" }}{{ end -}}
{{- if not (dig "tls" "client_ca" "" .Values.config) }}{{ $lacks = append $lacks "config.tls.client_ca" }}{{ end -}}
{{- with $lacks -}}
{{- $wrong = append $wrong (printf "config.relay.client_names: nodes have to show certificates, and none links with another without them; say %s too, as in ci/mutual-tls-values.yaml" (join " and " .)) -}}
{{- end -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{/* Whoever may link as a node reads and publishes everything. */}}
{{- define "sse.wrongNodes" -}}
{{- $wrong := list -}}
{{- $how := "say secret.clusterSecret, or cluster-secret in secret.existingKeys, or link by certificates as in ci/mutual-tls-values.yaml" -}}
{{- if eq (default "relay" .Values.config.transport) "relay" | and (not (include "sse.proved" .)) -}}
{{- if not (has "open" (include "sse.auth" . | fromJson).list) -}}
{{- if gt (include "sse.mostPods" . | int) 1 -}}
{{- $wrong = append $wrong (printf "config.auth: without open, nodes link with nobody until they prove themselves; %s" $how) -}}
{{- end -}}
{{- else -}}
{{- $ways := list -}}
{{- if .Values.ingress.enabled }}{{ $ways = append $ways "ingress.enabled" }}{{ end -}}
{{- if .Values.httpRoute.enabled }}{{ $ways = append $ways "httpRoute.enabled" }}{{ end -}}
{{- if ne .Values.service.type "ClusterIP" }}{{ $ways = append $ways (printf "service.type: %s" .Values.service.type) }}{{ end -}}
{{- if $ways -}}
{{- $wrong = append $wrong (printf "%s: leads to the relay too, so that strangers could link as nodes; %s" (join ", " $ways) $how) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}
