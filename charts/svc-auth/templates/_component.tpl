{{- define "svc-auth.component" -}}
component: auth
ports: [http, internal]
admin: true
backends: [postgres, redisState, rabbitmq]
calledBy:
  http: [edge]
  internal: [gateway, chat]
env:
  {{- include "nexync-lib.publicOrigins" . | nindent 2 }}
  - name: NEXYNC_SIGNING_KEY_FILE
    value: /run/nexync/signing-key/key.pem
  - name: NEXYNC_SIGNING_RING_FILE
    value: /run/nexync/signing-key/ring.pem
  - name: NEXYNC_FACTOR_KEY_FILE
    value: /run/nexync/factor-key/keys
  - name: NEXYNC_COOKIE_SECURE
    value: {{ include "nexync-lib.cookieSecure" . | quote }}
  - name: NEXYNC_CHAT_PARTITIONS
    value: {{ .Values.global.chatPartitions | int | quote }}
  - name: NEXYNC_HASH_THREADS
    value: {{ .Values.config.hashThreads | int | quote }}
volumes:
  - name: signing-key
    projected:
      defaultMode: 0440
      sources:
        - secret:
            name: {{ include "svc-auth.signingKeySecret" . }}
            items:
              - key: {{ .Values.signingKey.key }}
                path: key.pem
        # What a rotation made of it, beside it: helm doesn't know it, so no upgrade or rollback undoes it.
        - secret:
            name: {{ include "svc-auth.signingKeySecret" . }}
            optional: true
            items:
              - key: {{ include "svc-auth.signingRingKey" . }}
                path: ring.pem
  - name: factor-key
    secret:
      secretName: {{ include "svc-auth.factorKeySecret" . }}
      defaultMode: 0440
      items:
        - key: {{ .Values.factorKey.key }}
          path: keys
mounts:
  - name: signing-key
    mountPath: /run/nexync/signing-key
    readOnly: true
  - name: factor-key
    mountPath: /run/nexync/factor-key
    readOnly: true
autoscaling:
  kind: cpu
{{- end -}}

{{- define "svc-auth.signingKeySecret" -}}
{{- .Values.signingKey.existingSecret | default (printf "%s-signing-key" (include "nexync-lib.fullname" .)) -}}
{{- end -}}

{{- define "svc-auth.factorKeySecret" -}}
{{- .Values.factorKey.existingSecret | default (printf "%s-factor-key" (include "nexync-lib.fullname" .)) -}}
{{- end -}}

{{- define "svc-auth.signingRingKey" -}}
signing-ring.pem
{{- end -}}
