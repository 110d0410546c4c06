{{- define "nexync-crds.metadata" -}}
annotations:
  {{- if .Values.keep }}
  helm.sh/resource-policy: keep
  {{- end }}
  nexync.io/chart-version: {{ .Chart.Version | quote }}
  {{- with .Values.annotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
labels:
  app.kubernetes.io/name: {{ .Chart.Name }}
  app.kubernetes.io/instance: {{ .Release.Name }}
  app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
  app.kubernetes.io/managed-by: {{ .Release.Service }}
  app.kubernetes.io/part-of: nexync
  helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
  {{- with .Values.labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "nexync-crds.conditions" -}}
conditions:
  description: What holds and what doesn't, with the reason and what to do about it.
  type: array
  x-kubernetes-list-type: map
  x-kubernetes-list-map-keys: [type]
  items:
    type: object
    required: [type, status, reason, message, lastTransitionTime]
    properties:
      type: {type: string, maxLength: 64}
      status: {type: string, enum: ["True", "False", "Unknown"]}
      reason: {type: string, maxLength: 128}
      message: {type: string, maxLength: 2048}
      observedGeneration: {type: integer, format: int64}
      lastTransitionTime: {type: string, format: date-time}
observedGeneration:
  description: The generation of the spec that the conditions are about.
  type: integer
  format: int64
{{- end -}}

{{- define "nexync-crds.secretKeyRef" -}}
type: object
required: [name, key]
properties:
  name: {type: string, minLength: 1, maxLength: 253}
  key: {type: string, minLength: 1, maxLength: 253}
{{- end -}}
