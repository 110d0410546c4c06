{{- define "svc-gateway.component" -}}
component: gateway
ports: [http]
admin: true
backends: [redisState, kafka]
calls: [auth, chat]
calledBy:
  http: [edge]
env:
  {{- include "nexync-lib.publicOrigins" . | nindent 2 }}
  - name: NEXYNC_DRAIN_SPREAD_SECONDS
    value: {{ .Values.drain.spreadSeconds | quote }}
  - name: NEXYNC_MAX_CONNECTIONS
    value: {{ .Values.config.maxConnections | int | quote }}
  - name: NEXYNC_MAX_AGE_SECONDS
    value: {{ .Values.config.maxAgeSeconds | int | quote }}
  - name: NEXYNC_EDGE_PORT
    value: {{ .Values.config.edgePort | int | quote }}
  - name: NEXYNC_FRAMES_PER_SECOND
    value: {{ .Values.config.framesPerSecond | quote }}
  - name: NEXYNC_FRAMES_BURST
    value: {{ .Values.config.framesBurst | int | quote }}
{{- with .Values.config.edgePort }}
egress:
  - to:
      {{- include "nexync-lib.peers" (list $ "edge") | nindent 6 }}
    ports:
      - port: {{ . | int }}
        protocol: TCP
{{- end }}
autoscaling:
  kind: pods
  metric: nexync_gateway_connections
  query: {{ printf "sum(nexync_gateway_connections{%s})" (include "nexync-lib.series" .) | quote }}
{{- end -}}
