{{- define "svc-chat.component" -}}
component: chat
ports: [http, internal]
admin: true
backends: [postgres, redisState, redisCache, kafka]
calls: [auth]
calledBy:
  http: [edge]
  internal: [gateway, mailer]
env:
  {{- include "nexync-lib.publicOrigins" . | nindent 2 }}
  - name: NEXYNC_CHAT_PARTITIONS
    value: {{ .Values.global.chatPartitions | int | quote }}
  - name: NEXYNC_POSTGRES_CONNECTIONS
    value: {{ .Values.config.postgresConnections | int | quote }}
  - name: NEXYNC_CURSOR_KEY_FILE
    value: /run/nexync/cursor-key/keys
  - name: NEXYNC_REQUESTS_PER_SECOND
    value: {{ .Values.config.requestsPerSecond | quote }}
  - name: NEXYNC_REQUESTS_BURST
    value: {{ .Values.config.requestsBurst | int | quote }}
  {{- with .Values.push }}
  {{- if .apiKey }}
  - name: NEXYNC_PUSH_WEB
    value: {{ dict "api_key" .apiKey "app_id" .appId "project_id" .projectId "sender_id" .senderId "vapid_key" .vapidKey | toJson | quote }}
  {{- end }}
  {{- end }}
volumes:
  - name: cursor-key
    secret:
      secretName: {{ include "svc-chat.cursorKeySecret" . }}
      defaultMode: 0440
      items:
        - key: {{ .Values.cursorKey.key }}
          path: keys
mounts:
  - name: cursor-key
    mountPath: /run/nexync/cursor-key
    readOnly: true
autoscaling:
  kind: cpu
{{- end -}}

{{- define "svc-chat.cursorKeySecret" -}}
{{- .Values.cursorKey.existingSecret | default (printf "%s-cursor-key" (include "nexync-lib.fullname" .)) -}}
{{- end -}}
