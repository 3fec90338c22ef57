{{/* Values of options that the node would refuse, beyond what the schema says. */}}

{{/* What config says of an option, as JSON {"list": […]}, empty where it says nothing: (dict "root" $ "key" "http.port"). */}}
{{- define "sse.given" -}}
{{- $node := .root.Values.config -}}
{{- range splitList "." .key }}{{ if kindIs "map" $node }}{{ $node = get $node . }}{{ else }}{{ $node = "" }}{{ end }}{{ end -}}
{{- $list := list -}}
{{- if kindIs "slice" $node }}{{ $list = $node }}{{ else if not (or (kindIs "invalid" $node) (kindIs "map" $node) (eq (toString $node) "")) }}{{ $list = list $node }}{{ end -}}
{{- dict "list" $list | toJson -}}
{{- end -}}

{{/* Durations and sizes that are too small or too large; numbers of more than 15 digits are, whatever they are of. */}}
{{- define "sse.wrongRanges" -}}
{{- $wrong := list -}}
{{- range .Files.Lines "files/ranges.txt" | compact -}}
{{- $parts := splitn " " 5 . -}}
{{- range $value := (include "sse.given" (dict "root" $ "key" $parts._0) | fromJson).list -}}
{{- $text := toString $value -}}
{{- $number := include (ternary "sse.timeOf" "sse.bytes" (eq $parts._1 "duration")) (ternary $value $text (eq $parts._1 "size")) | default "0" | int64 -}}
{{- if or (regexMatch "[0-9]{16}" $text) (lt $number (int64 $parts._2)) (and (ne $parts._3 "-") (gt $number (int64 $parts._3))) -}}
{{- $wrong = append $wrong (printf "config.%s: expected %s, got %s" $parts._0 $parts._4 $text) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{/* Options of a form of their own: key, what each of its values matches, and what that is called. */}}
{{- define "sse.forms" -}}
{{- $port := ":(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})" -}}
{{- $host := "(\\[[0-9A-Fa-f:.]+\\]|[-_.A-Za-z0-9]+)" -}}
{{- list
  (list "http.cors.origins" (printf "^[a-z][-+.a-z0-9]*://(\\[[0-9a-f:.]+\\]|[-_.a-z0-9]+)(%s)?$" $port) "an origin as browsers send it, scheme://host[:port] in lower case without a path")
  (list "gossip.hosts" (printf "^%s(%s)?$" $host $port) "host or host:port, an IPv6 address in brackets")
  (list "hosts.peers" (printf "^%s%s$" $host $port) "host:port, an IPv6 address in brackets")
  (list "gossip.label" "^[[:^cntrl:]]{0,255}$" "at most 255 bytes")
  (list "jwt.jwks" "^([^:]*|/.*|[hH][tT][tT][pP][sS]?://[^/?#@[:space:]]+([/?#][[:graph:]]*)?)$" "a file, or an http or https URL without a user name")
  (list "webhook.headers" "^[-!#$%&'*+.^_`|~0-9A-Za-z]+$" "a name of a header, without its value")
| toJson -}}
{{- end -}}

{{- define "sse.wrongForms" -}}
{{- $wrong := list -}}
{{- range include "sse.forms" . | fromJsonArray -}}
{{- $key := index . 0 -}}
{{- $form := index . 1 -}}
{{- $name := index . 2 -}}
{{- range (include "sse.given" (dict "root" $ "key" $key) | fromJson).list -}}
{{- range ternary (list .) (splitList "," .) (has $key (list "gossip.label" "jwt.jwks")) -}}
{{- if not (regexMatch $form (trim .)) -}}
{{- $wrong = append $wrong (printf "config.%s: expected %s, got %q" $key $name .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $key, $name := dict "http.trusted_proxies" "an address or a network such as 10.0.0.0/8" "relay.original_nodes" "a numeric address or *" -}}
{{- range (include "sse.given" (dict "root" $ "key" $key) | fromJson).list -}}
{{- range splitList "," . -}}
{{- $address := trim . -}}
{{- $bits := "" -}}
{{- if and (eq $key "http.trusted_proxies") (regexMatch "/[0-9]{1,3}$" $address) -}}
{{- $bits = regexFind "[0-9]+$" $address -}}
{{- $address = trimSuffix (printf "/%s" $bits) $address -}}
{{- end -}}
{{- $most := ternary 128 32 (contains ":" $address) -}}
{{- if not (or (and (eq $key "relay.original_nodes") (eq $address "*")) (and (include "sse.numeric" $address) (le (default "0" $bits | int) $most))) -}}
{{- $wrong = append $wrong (printf "config.%s: expected %s, got %q" $key $name .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{/* Files in the folder of secrets that nothing puts there. */}}
{{- define "sse.wrongFiles" -}}
{{- $wrong := list -}}
{{- $folder := printf "%s/" (include "sse.secretFolder" .) -}}
{{- $there := (include "sse.secretKeys" . | fromJson).list -}}
{{- range regexFindAll (printf "%s[^\",]+" $folder) (toJson .Values.config) -1 | uniq -}}
{{- $path := . -}}
{{- $mounted := has (trimPrefix $folder .) $there -}}
{{- range $.Values.extraVolumeMounts }}{{ if hasPrefix .mountPath $path }}{{ $mounted = true }}{{ end }}{{ end -}}
{{- if not $mounted -}}
{{- $wrong = append $wrong (printf "config: nothing puts %s there; say it in secret.files, or in secret.existingKeys" .) -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := dict "gossip-key" "gossipKey" "cluster-secret" "clusterSecret" "tokens.json" "tokens" "jwt-secret" "jwtSecret" "jwt.pem" "jwtKey" -}}
{{- if hasKey $.Values.secret.files $name -}}
{{- $wrong = append $wrong (printf "secret.files: %s is the chart's own name; say secret.%s" $name $value) -}}
{{- end -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}
