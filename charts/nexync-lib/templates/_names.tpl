{{/* The name of the chart, or what stands in for it. */}}
{{- define "nexync-lib.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{/*
`<release>-<name>`, or the release alone where it holds the name already. 52 characters at most: what
is appended (a suffix, a pod's hash) must fit into 63.
Takes a list: the root context, and a name.
*/}}
{{- define "nexync-lib.fullnameOf" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- if contains $name $root.Release.Name -}}
{{- $root.Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" $root.Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The name of all of this chart's objects. */}}
{{- define "nexync-lib.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- include "nexync-lib.fullnameOf" (list . (include "nexync-lib.name" .)) -}}
{{- end -}}
{{- end -}}

{{/* What a Deployment selects by; must never change. */}}
{{- define "nexync-lib.selectorLabels" -}}
app.kubernetes.io/name: {{ include "nexync-lib.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The recommended labels. Takes a list: the root context, and the component's role. */}}
{{- define "nexync-lib.labels" -}}
{{- $root := index . 0 -}}
{{ include "nexync-lib.selectorLabels" $root }}
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/part-of: nexync
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/*
The head of an object. Takes a dict: root, component (its role), and optionally name, suffix,
labels and annotations.
*/}}
{{- define "nexync-lib.metadata" -}}
name: {{ .name | default (printf "%s%s" (include "nexync-lib.fullname" .root) (.suffix | default "")) }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "nexync-lib.labels" (list .root .component) | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The Service of a peer: as `global.peers` says, else the one of the same release. */}}
{{- define "nexync-lib.peer" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
{{- get $root.Values.global.peers $role | default (include "nexync-lib.fullnameOf" (list $root (printf "svc-%s" $role))) -}}
{{- end -}}

{{/*
`registry/repository:tag`, or `…@digest` where one is given. An empty tag is the chart's appVersion.
Takes a list: the root context, and the image's values.
*/}}
{{- define "nexync-lib.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- $registry := $root.Values.global.imageRegistry | default $image.registry -}}
{{- $name := ternary (printf "%s/%s" $registry $image.repository) $image.repository (ne $registry "") -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $name $image.digest -}}
{{- else -}}
{{- $tag := $image.tag | default $root.Chart.AppVersion -}}
{{- if eq $tag "latest" -}}
{{- fail (printf "image.tag of %s: \"latest\" is not a version; name one, or a digest" $name) -}}
{{- end -}}
{{- printf "%s:%s" $name $tag -}}
{{- end -}}
{{- end -}}

{{/* Pull secrets of the release and of the chart, as a pod's field. */}}
{{- define "nexync-lib.pullSecrets" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- with concat $root.Values.global.imagePullSecrets $image.pullSecrets | uniq -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end -}}
{{- end -}}

{{- define "nexync-lib.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "nexync-lib.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* The description of a component, parsed. Takes a list: the root context, and its template's name. */}}
{{- define "nexync-lib.component" -}}
{{- $parsed := include (index . 1) (index . 0) | fromYaml -}}
{{- if hasKey $parsed "Error" -}}
{{- fail (printf "%s: %s" (index . 1) $parsed.Error) -}}
{{- end -}}
{{- toYaml $parsed -}}
{{- end -}}
