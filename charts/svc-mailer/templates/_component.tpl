{{- define "svc-mailer.component" -}}
component: mailer
ports: []
admin: true
backends: [rabbitmq, postgres, smtp]
calls: [chat]
env:
  - name: NEXYNC_MAIL_FROM
    value: {{ .Values.config.mailFrom | quote }}
  - name: NEXYNC_PREFETCH
    value: {{ .Values.config.prefetch | int | quote }}
  - name: NEXYNC_SMTP_CONNECTIONS
    value: {{ .Values.config.smtpConnections | int | quote }}
  {{- if .Values.push.existingSecret }}
  - name: NEXYNC_FCM_CREDENTIALS_FILE
    value: /run/nexync/fcm/account.json
  - name: NEXYNC_FCM_CONNECTIONS
    value: {{ .Values.push.connections | int | quote }}
  {{- end }}
{{- if .Values.push.existingSecret }}
egress:
  - ports:
      - port: 443
        protocol: TCP
    {{- with .Values.push.egressTo }}
    to:
      {{- toYaml . | nindent 6 }}
    {{- end }}
volumes:
  - name: fcm
    secret:
      secretName: {{ .Values.push.existingSecret }}
      defaultMode: 0440
      items:
        - key: {{ .Values.push.key }}
          path: account.json
mounts:
  - name: fcm
    mountPath: /run/nexync/fcm
    readOnly: true
{{- end }}
autoscaling:
  kind: external
  metric: nexync_mailer_queue_messages
  query: {{ printf "sum(max by (queue) (nexync_mailer_queue_messages{%s}))" (include "nexync-lib.series" .) | quote }}
{{- end -}}
