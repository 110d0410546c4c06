{{- define "svc-mailer.component" -}}
component: mailer
ports: []
admin: true
backends: [rabbitmq, postgres, smtp]
env:
  - name: NEXYNC_MAIL_FROM
    value: {{ .Values.config.mailFrom | quote }}
  - name: NEXYNC_PREFETCH
    value: {{ .Values.config.prefetch | int | quote }}
  - name: NEXYNC_SMTP_CONNECTIONS
    value: {{ .Values.config.smtpConnections | int | quote }}
autoscaling:
  kind: external
  metric: nexync_mailer_queue_messages
  query: {{ printf "sum(max by (queue) (nexync_mailer_queue_messages{%s}))" (include "nexync-lib.series" .) | quote }}
{{- end -}}
