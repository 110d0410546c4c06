{{/* What can't work together is refused while rendering, with the way out. */}}
{{- define "nexync.check" -}}
{{- $roles := dict "svc-gateway" "gateway" "svc-auth" "auth" "svc-chat" "chat" "svc-web" "web" -}}
{{- range $chart, $role := $roles -}}
{{- $values := get $.Values $chart -}}
{{- if and (or $values.fullnameOverride $values.nameOverride) (not (get $.Values.global.peers $role)) -}}
{{- fail (printf "%s has another name than its peers look for; tell them: global.peers.%s" $chart $role) -}}
{{- end -}}
{{- end -}}
{{- $persister := get .Values "svc-persister" -}}
{{- if and .Values.topics.autoscaling.enabled (not .Values.topics.autoscaling.prometheus.url) -}}
{{- fail "topics.autoscaling: prometheus.url is needed; without load figures nothing would ever grow" -}}
{{- end -}}
{{- if and .Values.topics.autoscaling.enabled (lt (.Values.topics.autoscaling.maxPartitions | int) (.Values.global.chatPartitions | int)) -}}
{{- fail (printf "topics.autoscaling.maxPartitions %v is less than global.chatPartitions %v" .Values.topics.autoscaling.maxPartitions .Values.global.chatPartitions) -}}
{{- end -}}
{{- end -}}
