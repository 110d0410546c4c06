{{- define "operator.component" -}}
{{- $apiServer := .Values.config.apiServer -}}
{{- $prometheus := .Values.config.prometheus -}}
component: operator
ports: []
admin: true
token: true
backends: []
strategy:
  type: Recreate
env:
  # kopf asks who it is, and the image's user has no name of its own.
  - name: USER
    value: nexync
  - name: NEXYNC_WATCH_NAMESPACES
    value: {{ ternary "" .Release.Namespace .Values.clusterWide | quote }}
  - name: NEXYNC_RESYNC_SECONDS
    value: {{ .Values.config.resyncSeconds | quote }}
egress:
  {{- range $rule := list $apiServer $prometheus .Values.global.networkPolicy.backends.kafka .Values.global.networkPolicy.backends.postgres }}
  - ports:
      {{- range $rule.ports }}
      - port: {{ . }}
        protocol: TCP
      {{- end }}
    {{- with $rule.to }}
    to:
      {{- toYaml . | nindent 6 }}
    {{- end }}
  {{- end }}
{{- end -}}
