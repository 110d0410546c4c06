{{- define "nexync-backends.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough for the longest suffix, "-redis-state-0", within 63 characters. */}}
{{- define "nexync-backends.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 49 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "nexync-backends.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 49 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 49 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "nexync-backends.secret" -}}
{{- default (include "nexync-backends.fullname" .) .Values.existingSecret -}}
{{- end -}}

{{- define "nexync-backends.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "nexync-backends.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* Host of a component that every namespace resolves: (list $ "postgres"). */}}
{{- define "nexync-backends.host" -}}
{{- $root := index . 0 -}}
{{- printf "%s-%s.%s.svc" (include "nexync-backends.fullname" $root) (index . 1) $root.Release.Namespace -}}
{{- end -}}

{{/* What never changes in the life of a release: (list $ "postgres"). */}}
{{- define "nexync-backends.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "nexync-backends.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
{{- with index . 1 }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{/* (list $ "postgres"), or (list $ "") for what belongs to all components. */}}
{{- define "nexync-backends.labels" -}}
{{- $root := index . 0 -}}
{{- include "nexync-backends.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
app.kubernetes.io/part-of: nexync
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "nexync-backends.meta" -}}
name: {{ include "nexync-backends.fullname" (index . 0) }}-{{ index . 1 }}
namespace: {{ (index . 0).Release.Namespace }}
labels:
  {{- include "nexync-backends.labels" . | nindent 2 }}
{{- end -}}

{{/* (list $ .Values.postgres.image) */}}
{{- define "nexync-backends.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- $registry := default $image.registry $root.Values.global.imageRegistry -}}
{{- with $registry }}{{ . }}/{{ end }}{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag }}{{ end }}
{{- end -}}

{{/* Opening of a StatefulSet's spec, up to the pod's metadata: (list $ "postgres"). */}}
{{- define "nexync-backends.set" -}}
replicas: 1
serviceName: {{ include "nexync-backends.fullname" (index . 0) }}-{{ index . 1 }}
revisionHistoryLimit: 3
selector:
  matchLabels:
    {{- include "nexync-backends.selector" . | nindent 4 }}
{{- end -}}

{{/* (list $ "postgres" (dict "checksum/config" …)) */}}
{{- define "nexync-backends.podMeta" -}}
{{- $root := index . 0 -}}
labels:
  {{- include "nexync-backends.labels" (list $root (index . 1)) | nindent 2 }}
  {{- with $root.Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (dict) (index . 2) $root.Values.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* What all pods share: (list $ .Values.postgres). */}}
{{- define "nexync-backends.pod" -}}
{{- $root := index . 0 -}}
{{- $own := index . 1 -}}
serviceAccountName: {{ include "nexync-backends.serviceAccount" $root }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ $own.runAsUser }}
  runAsGroup: {{ $own.runAsUser }}
  fsGroup: {{ $own.runAsUser }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
terminationGracePeriodSeconds: {{ $own.terminationGracePeriodSeconds }}
{{- with $root.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* What all containers share: (list $ .Values.postgres). */}}
{{- define "nexync-backends.container" -}}
{{- $own := index . 1 -}}
image: {{ include "nexync-backends.image" (list (index . 0) $own.image) }}
imagePullPolicy: {{ $own.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities:
    drop: [ALL]
resources:
  {{- toYaml $own.resources | nindent 2 }}
{{- end -}}

{{/* Reference to one key of the Secret: (list $ "redis-password"). */}}
{{- define "nexync-backends.ref" -}}
valueFrom:
  secretKeyRef:
    name: {{ include "nexync-backends.secret" (index . 0) }}
    key: {{ index . 1 }}
{{- end -}}

{{/* The template of the volume `data`, if it is one that stays: (list $ .Values.postgres.size "postgres"). */}}
{{- define "nexync-backends.claim" -}}
{{- $root := index . 0 -}}
{{- if $root.Values.persistence.enabled }}
persistentVolumeClaimRetentionPolicy:
  whenDeleted: {{ ternary "Retain" "Delete" $root.Values.persistence.keep }}
  whenScaled: Retain
volumeClaimTemplates:
  - metadata:
      name: data
      labels:
        {{- include "nexync-backends.selector" (list $root (index . 2)) | nindent 8 }}
    spec:
      accessModes: [ReadWriteOnce]
      {{- with $root.Values.persistence.storageClass }}
      storageClassName: {{ . }}
      {{- end }}
      resources:
        requests:
          storage: {{ index . 1 }}
{{- end }}
{{- end -}}

{{/* The volume `data` where nothing has to stay. */}}
{{- define "nexync-backends.passing" -}}
{{- if not .Values.persistence.enabled }}
- name: data
  emptyDir: {}
{{- end }}
{{- end -}}

{{/* Everything to the console, from the given level. */}}
{{- define "nexync-backends.kafkaLogging" -}}
Configuration:
  Appenders:
    Console:
      name: STDOUT
      PatternLayout:
        pattern: "%d{ISO8601} %p %m (%c)%n"
  Loggers:
    Root:
      level: {{ . }}
      AppenderRef:
        - ref: STDOUT
{{- end -}}

{{/* A setting as text; values.yaml's whole numbers reach templates as floats, which print as 2e+06. */}}
{{- define "nexync-backends.number" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) -}}
{{- int64 . -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}
