{{/*
Variables that every Python component reads. Takes a list: the root context, and the component.
Secrets come by secretKeyRef alone; nothing of them is rendered.
*/}}
{{- define "nexync-lib.env" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $global := $root.Values.global -}}
- name: NEXYNC_ENVIRONMENT
  value: {{ $global.environment | quote }}
- name: NEXYNC_LOG_LEVEL
  value: {{ $global.logLevel | quote }}
- name: NEXYNC_LOG_FORMAT
  value: json
- name: NEXYNC_INSTANCE
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: NEXYNC_ADMIN_PORT
  value: "9090"
{{- if has "http" $component.ports }}
- name: NEXYNC_PORT
  value: "8080"
{{- end }}
{{- if has "internal" $component.ports }}
- name: NEXYNC_INTERNAL_PORT
  value: "8081"
{{- end }}
- name: NEXYNC_GRACE_SECONDS
  value: {{ include "nexync-lib.graceSeconds" $root | quote }}
{{- range $backend := $component.backends }}
{{ include "nexync-lib.backendEnv" (list $root $backend) }}
{{- end }}
{{- if $global.backends.ca.secret }}
- name: NEXYNC_CA_FILE
  value: /run/nexync/ca/ca.crt
{{- end }}
{{- range $peer := $component.calls }}
- name: NEXYNC_{{ upper $peer }}_INTERNAL_URL
  value: http://{{ include "nexync-lib.peer" (list $root $peer) }}:8081
{{- end }}
{{- with $component.env }}
{{ toYaml . }}
{{- end }}
{{- with $root.Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Where one backend is. Takes a list: the root context, and the backend's name below global.backends. */}}
{{- define "nexync-lib.backendEnv" -}}
{{- $backends := (index . 0).Values.global.backends -}}
{{- $name := index . 1 -}}
{{- $backend := get $backends $name -}}
{{- $secret := $backend.secret | default $backends.secret -}}
{{- $variables := dict "postgres" "POSTGRES_URL" "redisState" "REDIS_STATE_URL" "redisCache" "REDIS_CACHE_URL" "rabbitmq" "RABBITMQ_URL" "kafka" "KAFKA_BOOTSTRAP" "smtp" "SMTP_URL" -}}
- name: NEXYNC_{{ get $variables $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ $backend.key }}
{{- if eq $name "kafka" }}
- name: NEXYNC_KAFKA_SECURITY_PROTOCOL
  value: {{ $backend.securityProtocol }}
{{- if hasPrefix "sasl" $backend.securityProtocol }}
- name: NEXYNC_KAFKA_SASL_MECHANISM
  value: {{ required "global.backends.kafka.saslMechanism is needed by a securityProtocol with SASL" $backend.saslMechanism }}
- name: NEXYNC_KAFKA_SASL_USERNAME
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ $backend.usernameKey }}
- name: NEXYNC_KAFKA_SASL_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ $backend.passwordKey }}
{{- else if $backend.saslMechanism }}
{{- fail (printf "global.backends.kafka: saslMechanism %s needs a securityProtocol with SASL, not %s" $backend.saslMechanism $backend.securityProtocol) }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Origins from which browsers may come, as one variable. */}}
{{- define "nexync-lib.publicOrigins" -}}
- name: NEXYNC_PUBLIC_ORIGINS
  value: {{ join "," .Values.global.publicOrigins | quote }}
{{- end -}}

{{/* `true` where all public origins are https. A mixture would lock one side out, so it is refused. */}}
{{- define "nexync-lib.cookieSecure" -}}
{{- $secure := list -}}
{{- range .Values.global.publicOrigins -}}
{{- $secure = append $secure (hasPrefix "https://" .) -}}
{{- end -}}
{{- if gt (len (uniq $secure)) 1 -}}
{{- fail (printf "global.publicOrigins: http and https together (%s): a secure cookie would not reach the one, an insecure one would betray the other" (join ", " .Values.global.publicOrigins)) -}}
{{- end -}}
{{- first $secure -}}
{{- end -}}

{{/* Seconds from SIGTERM to exit: the spread of the drain, what the last sockets have to move, then the flush. */}}
{{- define "nexync-lib.graceSeconds" -}}
{{- add .Values.drain.spreadSeconds (dig "moveSeconds" 0 .Values.drain) .Values.drain.flushSeconds -}}
{{- end -}}

{{/*
terminationGracePeriodSeconds: the sleep before SIGTERM, spread and flush, and what closing all
connections may take. A given one must not be shorter.
*/}}
{{- define "nexync-lib.terminationGracePeriodSeconds" -}}
{{- $drain := .Values.drain -}}
{{- $needed := add $drain.preStopSeconds (include "nexync-lib.graceSeconds" . | int) $drain.closeSeconds | int -}}
{{- $given := $drain.terminationGracePeriodSeconds | int -}}
{{- if and $given (lt $given $needed) -}}
{{- fail (printf "drain.terminationGracePeriodSeconds: %d is shorter than preStop + spread%s + flush + close = %d" $given (hasKey $drain "moveSeconds" | ternary " + move" "") $needed) -}}
{{- end -}}
{{- $given | default $needed -}}
{{- end -}}
