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
  - name: NEXYNC_REQUESTS_PER_SECOND
    value: {{ .Values.config.requestsPerSecond | quote }}
  - name: NEXYNC_REQUESTS_BURST
    value: {{ .Values.config.requestsBurst | int | quote }}
  - name: NEXYNC_HASH_THREADS
    value: {{ .Values.config.hashThreads | int | quote }}
  {{- with .Values.config.passkeyRpId }}
  - name: NEXYNC_PASSKEY_RP_ID
    value: {{ . | quote }}
  {{- end }}
  {{- include "svc-auth.checkRegistration" . }}
  - name: NEXYNC_REGISTRATION
    value: {{ .Values.config.registration.mode | quote }}
  {{- with .Values.config.registration.domains }}
  - name: NEXYNC_REGISTRATION_DOMAINS
    value: {{ join "," . | quote }}
  {{- end }}
  - name: NEXYNC_SECOND_FACTOR
    value: {{ .Values.config.secondFactor | quote }}
  - name: NEXYNC_ERASE_DAYS
    value: {{ .Values.config.eraseDays | int | quote }}
  - name: NEXYNC_SESSION_DAYS
    value: {{ .Values.config.sessionDays | int | quote }}
  {{- with .Values.config.admins }}
  - name: NEXYNC_ADMINS
    value: {{ join "," . | quote }}
  {{- end }}
  {{- if .Values.providers }}
  - name: NEXYNC_PROVIDERS_FILE
    value: /run/nexync/providers/providers.json
  {{- end }}
{{- if .Values.providers }}
annotations:
  checksum/providers: {{ include "svc-auth.providers" . | sha256sum }}
egress:
  - ports:
      - port: 443
        protocol: TCP
{{- end }}
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
  {{- if .Values.providers }}
  - name: providers
    projected:
      defaultMode: 0440
      sources:
        - configMap:
            name: {{ include "nexync-lib.fullname" . }}-providers
        {{- range .Values.providers }}
        - secret:
            name: {{ .clientSecret.name }}
            items:
              - key: {{ .clientSecret.key }}
                path: secrets/{{ .id }}
        {{- end }}
  {{- end }}
mounts:
  - name: signing-key
    mountPath: /run/nexync/signing-key
    readOnly: true
  - name: factor-key
    mountPath: /run/nexync/factor-key
    readOnly: true
  {{- if .Values.providers }}
  - name: providers
    mountPath: /run/nexync/providers
    readOnly: true
  {{- end }}
autoscaling:
  kind: cpu
{{- end -}}

{{- define "svc-auth.checkRegistration" -}}
{{- with .Values.config.registration -}}
{{- if and (eq .mode "domains") (not .domains) -}}
{{- fail "config.registration.domains: mode \"domains\" needs at least one" -}}
{{- end -}}
{{- if and (ne .mode "domains") .domains -}}
{{- fail (printf "config.registration.domains: have no use with mode %q" .mode) -}}
{{- end -}}
{{- end -}}
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

{{- define "svc-auth.providers" -}}
{{- $providers := list -}}
{{- range .Values.providers -}}
{{- $one := dict "id" .id "kind" .kind "label" .label "client_id" .clientId "client_secret_file" (printf "/run/nexync/providers/secrets/%s" .id) -}}
{{- if .issuer -}}
{{- $_ := set $one "issuer" .issuer -}}
{{- end -}}
{{- $providers = append $providers $one -}}
{{- end -}}
{{- dict "providers" $providers | toPrettyJson -}}
{{- end -}}
