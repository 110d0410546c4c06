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
  - name: NEXYNC_FILE_QUOTA_MIB
    value: {{ .Values.config.fileQuotaMib | int | quote }}
  - name: NEXYNC_IMAGE_PROCESSES
    value: {{ .Values.config.imageProcesses | int | quote }}
  {{- include "svc-chat.storageEnv" . | nindent 2 }}
{{- if eq .Values.storage.kind "s3" }}
egress:
  - ports:
      {{- range .Values.storage.s3.ports }}
      - port: {{ . }}
        protocol: TCP
      {{- end }}
    {{- with .Values.storage.s3.to }}
    to:
      {{- toYaml . | nindent 6 }}
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
  {{- if eq .Values.storage.kind "folder" }}
  - name: files
    {{- if .Values.storage.folder.persistent }}
    persistentVolumeClaim:
      claimName: {{ include "svc-chat.claim" . }}
    {{- else }}
    emptyDir:
      sizeLimit: {{ .Values.storage.folder.size }}
    {{- end }}
  {{- end }}
mounts:
  - name: cursor-key
    mountPath: /run/nexync/cursor-key
    readOnly: true
  {{- if eq .Values.storage.kind "folder" }}
  - name: files
    mountPath: /var/lib/nexync/files
  {{- end }}
autoscaling:
  kind: cpu
{{- end -}}

{{- define "svc-chat.cursorKeySecret" -}}
{{- .Values.cursorKey.existingSecret | default (printf "%s-cursor-key" (include "nexync-lib.fullname" .)) -}}
{{- end -}}

{{- define "svc-chat.claim" -}}
{{- .Values.storage.folder.existingClaim | default (printf "%s-files" (include "nexync-lib.fullname" .)) -}}
{{- end -}}

{{/* Where files are kept, as variables. Keys come by secretKeyRef alone. */}}
{{- define "svc-chat.storageEnv" -}}
{{- $s3 := .Values.storage.s3 -}}
{{- if eq .Values.storage.kind "s3" -}}
- name: NEXYNC_OBJECTS_URL
  value: {{ printf "s3://%s/%s" (required "storage.s3.bucket is needed by storage.kind s3" $s3.bucket) $s3.prefix | quote }}
- name: NEXYNC_OBJECTS_S3_REGION
  value: {{ $s3.region | quote }}
{{- with $s3.endpoint }}
- name: NEXYNC_OBJECTS_S3_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- with $s3.secret }}
- name: NEXYNC_OBJECTS_S3_KEY
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $s3.idKey }}
- name: NEXYNC_OBJECTS_S3_SECRET
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $s3.secretKey }}
{{- end }}
{{- else -}}
- name: NEXYNC_OBJECTS_URL
  value: file:///var/lib/nexync/files
{{- end }}
{{- end -}}
