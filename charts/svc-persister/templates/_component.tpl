{{- define "svc-persister.component" -}}
{{- $config := .Values.config -}}
{{- $scaled := eq (include "nexync-lib.isScaled" .) "true" -}}
{{- $most := ternary .Values.autoscaling.maxReplicas .Values.replicaCount $scaled | int -}}
{{- if gt $most (.Values.global.chatPartitions | int) -}}
{{- fail (printf "svc-persister: %d replicas for %v partitions; those beyond global.chatPartitions would never own one" $most .Values.global.chatPartitions) -}}
{{- end -}}
{{- if le ($config.recentRecords | int) ($config.unflushedEvents | int) -}}
{{- fail "svc-persister: config.recentRecords must be more than config.unflushedEvents" -}}
{{- end -}}
component: persister
ports: []
admin: true
backends: [postgres, redisState, kafka, rabbitmq]
env:
  - name: NEXYNC_FLUSH_SECONDS
    value: {{ $config.flushSeconds | quote }}
  - name: NEXYNC_FLUSH_EVENTS
    value: {{ $config.flushEvents | int | quote }}
  - name: NEXYNC_UNFLUSHED_EVENTS
    value: {{ $config.unflushedEvents | int | quote }}
  - name: NEXYNC_UNFLUSHED_BYTES
    value: {{ $config.unflushedBytes | int | quote }}
  - name: NEXYNC_RECENT_RECORDS
    value: {{ $config.recentRecords | int | quote }}
  - name: NEXYNC_CACHED_STREAMS
    value: {{ $config.cachedStreams | int | quote }}
  - name: NEXYNC_DEAD_LETTERS_PER_HOUR
    value: {{ $config.deadLettersPerHour | int | quote }}
  - name: NEXYNC_RETENTION
    value: {{ $config.retention | quote }}
  - name: NEXYNC_RETENTION_GRACE_DAYS
    value: {{ $config.retentionGraceDays | int | quote }}
autoscaling:
  kind: pods
  metric: nexync_persister_lag
  query: {{ printf "sum(nexync_persister_lag{%s})" (include "nexync-lib.series" .) | quote }}
{{- end -}}
