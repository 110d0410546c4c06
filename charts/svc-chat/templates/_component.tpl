{{- define "svc-chat.component" -}}
component: chat
ports: [http, internal]
admin: true
backends: [postgres, redisState, kafka]
calls: [auth]
calledBy:
  http: [edge]
  internal: [gateway]
env:
  {{- include "nexync-lib.publicOrigins" . | nindent 2 }}
  - name: NEXYNC_CHAT_PARTITIONS
    value: {{ .Values.global.chatPartitions | int | quote }}
  - name: NEXYNC_POSTGRES_CONNECTIONS
    value: {{ .Values.config.postgresConnections | int | quote }}
autoscaling:
  kind: cpu
{{- end -}}
