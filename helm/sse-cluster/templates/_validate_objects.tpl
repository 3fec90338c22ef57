{{/* Objects that Kubernetes would refuse, or that would not do what they are for. */}}

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
{{- else if and $least $pods (ge (include "sse.ofPods" (dict "share" .minAvailable "pods" $pods) | int) $pods) -}}
{{- $wrong = append $wrong (printf "podDisruptionBudget.minAvailable: %v of %d pods lets nobody drain a host; say less" .minAvailable $pods) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $memory := include "sse.bytes" (dig "limits" "memory" "" .Values.resources) -}}
{{- $budget := dig "history" "budget" "256MiB" .Values.config -}}
{{- if and $memory (lt (int64 $memory) (include "sse.bytes" $budget | default "0" | int64 | add (int64 52428800))) -}}
{{- $told := ternary $budget (printf "%d B" (include "sse.bytes" $budget | int64)) (kindIs "string" $budget) -}}
{{- $wrong = append $wrong (printf "resources.limits.memory: history may take config.history.budget, %s, and a node 50 MiB and 4 KiB for each stream; raise the one or lower the other" $told) -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{/* How many pods a number or a percentage is, rounded up as Kubernetes does: (dict "share" "50%" "pods" 3). */}}
{{- define "sse.ofPods" -}}
{{- if kindIs "string" .share -}}
{{- div (add (mul (trimSuffix "%" .share | int) .pods) 99) 100 -}}
{{- else -}}
{{- int .share -}}
{{- end -}}
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
{{- if and .Values.preStopSleepSeconds (semverCompare "<1.30.0-0" .Capabilities.KubeVersion.Version) -}}
{{- $wrong = append $wrong (printf "preStopSleepSeconds: Kubernetes %s has no sleep action, 1.30 has; say config.drain.delay instead" .Capabilities.KubeVersion.Version) -}}
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
{{- if and .Values.httpRoute.enabled .Values.tls.enabled (not .Values.httpRoute.caCertificateRefs) (ne .Values.tls.caFile (include "sse.publicAuthorities" .)) -}}
{{- $wrong = append $wrong "httpRoute.caCertificateRefs: pods speak TLS, and gateways do not know by whom to check them; say a ConfigMap with ca.crt, as [{name: …}]" -}}
{{- end -}}
{{- if and .Values.service.nodePort (eq .Values.service.type "ClusterIP") -}}
{{- $wrong = append $wrong "service.nodePort: a Service of type ClusterIP has none; say type NodePort or LoadBalancer" -}}
{{- end -}}
{{- range list "type" "selector" "ports" "externalTrafficPolicy" -}}
{{- if hasKey $.Values.service.extraSpec . -}}
{{- $wrong = append $wrong (printf "service.extraSpec.%s: the chart's own; %s" . (ternary "leave it out" (printf "say service.%s" (trimSuffix "s" .)) (eq . "selector"))) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.networkPolicy.enabled .Values.networkPolicy.egress.enabled (not .Values.networkPolicy.egress.extra) -}}
{{- range list "webhook.url" "jwt.jwks" -}}
{{- $parts := splitList "." . -}}
{{- if regexMatch "^https?://" (dig (first $parts) (last $parts) "" $.Values.config | lower) -}}
{{- $wrong = append $wrong (printf "networkPolicy.egress.extra: lets nobody reach config.%s; say a rule that does" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{- define "sse.wrongWatching" -}}
{{- $wrong := list -}}
{{- $admin := include "sse.adminPort" . -}}
{{- with .Values.serviceMonitor -}}
{{- if and .enabled (not $admin) -}}
{{- $wrong = append $wrong "serviceMonitor.enabled: metrics are scraped on the admin port; say config.admin.port" -}}
{{- end -}}
{{- if and .enabled (gt (include "sse.timeOf" .scrapeTimeout | int64) (include "sse.timeOf" .interval | int64)) -}}
{{- $wrong = append $wrong (printf "serviceMonitor.scrapeTimeout: %s is longer than the interval, %s, which Prometheus refuses; say less" .scrapeTimeout .interval) -}}
{{- end -}}
{{- if and .enabled $admin $.Values.networkPolicy.enabled (not $.Values.networkPolicy.monitoring) -}}
{{- $wrong = append $wrong "networkPolicy.monitoring: lets nobody scrape what serviceMonitor asks for; say where Prometheus is" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.prometheusRule.enabled (not $admin) -}}
{{- $wrong = append $wrong "prometheusRule.enabled: the rules are about metrics of the admin port; say config.admin.port" -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{- define "sse.wrongPods" -}}
{{- $wrong := list -}}
{{- range .Values.extraVolumes -}}
{{- if or (has .name (list "config" "secrets" "tls")) (hasPrefix "plugin-" .name) -}}
{{- $wrong = append $wrong (printf "extraVolumes: %s is a name of the chart's own; choose another" .name) -}}
{{- end -}}
{{- end -}}
{{- $names := list -}}
{{- range $value := list "extraContainers" "extraInitContainers" -}}
{{- range get $.Values $value -}}
{{- if or (eq .name "sse-cluster") (hasPrefix "plugin-" .name) -}}
{{- $wrong = append $wrong (printf "%s: %s is a name of the chart's own; choose another" $value .name) -}}
{{- else if has .name $names -}}
{{- $wrong = append $wrong (printf "%s: two containers are called %s; give each a name of its own" $value .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- end -}}
{{- range list "checksum/config" "checksum/secret" -}}
{{- if hasKey $.Values.podAnnotations . -}}
{{- $wrong = append $wrong (printf "podAnnotations: %s is the chart's own, by which pods roll; choose another" .) -}}
{{- end -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}

{{- define "sse.wrongNames" -}}
{{- $wrong := list -}}
{{- $fullname := include "sse.fullname" . -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $fullname) -}}
{{- $wrong = append $wrong (printf "fullnameOverride: %q is no name of a Service, which is of a-z, 0-9 and -, from a letter on; say another, or another release" $fullname) -}}
{{- end -}}
{{- if not (regexMatch "^([A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?)$" (include "sse.name" .)) -}}
{{- $wrong = append $wrong (printf "nameOverride: %q is no value of a label; say letters, digits and -" (include "sse.name" .)) -}}
{{- end -}}
{{- range $value := list "commonLabels" "podLabels" -}}
{{- range list "helm.sh/chart" "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/version" "app.kubernetes.io/managed-by" -}}
{{- if hasKey (get $.Values $value) . -}}
{{- $wrong = append $wrong (printf "%s: %s is the chart's own, by which objects find each other; choose another" $value .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "list" $wrong | toJson -}}
{{- end -}}
