{{/*
The Deployment of a component. Takes a list: the root context, and the name of the template that
describes the component:

  component   role: gateway, auth, chat, persister, mailer, web, edge, operator
  ports       named ports besides `admin`: http (8080), https (8443), internal (8081)
  admin       the component has the admin port 9090 with /livez, /readyz and /metrics
  backends    keys of global.backends that it speaks to
  calls       peers whose internal port it calls
  callsHttp   peers whose public port it calls
  calledBy    by port, the roles that call it
  env         its own variables
  volumes, mounts, command, args, annotations, strategy, egress (rules)
  probes      paths: {live: …, ready: …}, where there is no admin port
  autoscaling what it is scaled by; see _autoscaling.tpl
*/}}
{{- define "nexync-lib.deployment" -}}
{{- $root := index . 0 -}}
{{- $values := $root.Values -}}
{{- $component := include "nexync-lib.component" . | fromYaml -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "nexync-lib.metadata" (dict "root" $root "component" $component.component) | nindent 2 }}
spec:
  {{- with include "nexync-lib.replicas" $root }}
  {{- . | nindent 2 }}
  {{- end }}
  revisionHistoryLimit: 5
  progressDeadlineSeconds: 600
  strategy:
    {{- if $component.strategy }}
    {{- toYaml $component.strategy | nindent 4 }}
    {{- else }}
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: {{ $values.maxSurge }}
    {{- end }}
  selector:
    matchLabels:
      {{- include "nexync-lib.selectorLabels" $root | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "nexync-lib.labels" (list $root $component.component) | nindent 8 }}
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- $annotations := merge (dict) $values.podAnnotations ($component.annotations | default dict) }}
      {{- if and $component.backends $values.global.backends.revision }}
      {{- $_ := set $annotations "nexync.io/backends-revision" ($values.global.backends.revision | toString) }}
      {{- end }}
      {{- with $annotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- with include "nexync-lib.pullSecrets" (list $root $values.image) }}
      {{- . | nindent 6 }}
      {{- end }}
      serviceAccountName: {{ include "nexync-lib.serviceAccountName" $root }}
      automountServiceAccountToken: {{ $component.token | default false }}
      enableServiceLinks: false
      {{- with $values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      terminationGracePeriodSeconds: {{ include "nexync-lib.terminationGracePeriodSeconds" $root }}
      securityContext:
        {{- toYaml $values.podSecurityContext | nindent 8 }}
      {{- with $values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with include "nexync-lib.topologySpread" $root }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- with $values.initContainers }}
      initContainers:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ $component.component }}
          {{- include "nexync-lib.container" (list $root $component) | nindent 10 }}
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: {{ $values.tmpSizeLimit }}
        {{- if and $component.backends $values.global.backends.ca.secret }}
        - name: ca
          secret:
            secretName: {{ $values.global.backends.ca.secret }}
            items:
              - key: {{ $values.global.backends.ca.key }}
                path: ca.crt
        {{- end }}
        {{- with $component.volumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- with $values.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
{{- end -}}

{{/* The container of a component, without its name. Takes a list: the root context, and the component, parsed. */}}
{{- define "nexync-lib.container" -}}
{{- $root := index . 0 -}}
{{- $values := $root.Values -}}
{{- $component := index . 1 -}}
image: {{ include "nexync-lib.image" (list $root $values.image) }}
imagePullPolicy: {{ $values.image.pullPolicy }}
{{- with $component.command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $component.args }}
args:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml $values.securityContext | nindent 2 }}
{{- $env := "" }}
{{- if $component.admin }}
{{- $env = include "nexync-lib.env" (list $root $component) }}
{{- else if $values.extraEnv }}
{{- $env = toYaml $values.extraEnv }}
{{- end }}
{{- with $env }}
env:
  {{- . | nindent 2 }}
{{- end }}
{{- with $values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  {{- $numbers := include "nexync-lib.ports" $root | fromYaml }}
  {{- range $name := concat $component.ports (ternary (list "admin") list ($component.admin | default false)) }}
  - name: {{ $name }}
    containerPort: {{ get $numbers $name }}
    protocol: TCP
  {{- end }}
{{- include "nexync-lib.probes" . }}
{{- if $values.drain.preStopSeconds }}
lifecycle:
  preStop:
    sleep:
      seconds: {{ $values.drain.preStopSeconds }}
{{- end }}
resources:
  {{- toYaml $values.resources | nindent 2 }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  {{- if and $component.backends $values.global.backends.ca.secret }}
  - name: ca
    mountPath: /run/nexync/ca
    readOnly: true
  {{- end }}
  {{- with $component.mounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with $values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "nexync-lib.ports" -}}
http: 8080
https: 8443
internal: 8081
admin: 9090
{{- end -}}

{{/*
Startup, liveness and readiness. A slow start is the startup probe's business, so liveness can be
strict; only readiness looks at backends and at the drain.
*/}}
{{- define "nexync-lib.probes" -}}
{{- $values := (index . 0).Values -}}
{{- $component := index . 1 -}}
{{- $port := ternary "admin" "http" ($component.admin | default false) -}}
{{- $paths := $component.probes | default (dict "live" "/livez" "ready" "/readyz") -}}
{{- range $kind, $path := dict "startup" $paths.live "liveness" $paths.live "readiness" $paths.ready }}
{{- $probe := get $values.probes $kind }}
{{- if $probe.enabled }}
{{ $kind }}Probe:
  httpGet:
    path: {{ $path }}
    port: {{ $port }}
  periodSeconds: {{ $probe.periodSeconds }}
  timeoutSeconds: {{ $probe.timeoutSeconds }}
  failureThreshold: {{ $probe.failureThreshold }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Pods of one version away from each other. */}}
{{- define "nexync-lib.topologySpread" -}}
{{- $spread := .Values.topologySpread -}}
{{- if or $spread.enabled $spread.extra -}}
topologySpreadConstraints:
  {{- if $spread.enabled }}
  {{- range $key := $spread.topologyKeys }}
  - topologyKey: {{ $key }}
    maxSkew: {{ $spread.maxSkew }}
    whenUnsatisfiable: {{ $spread.whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- include "nexync-lib.selectorLabels" $ | nindent 8 }}
    matchLabelKeys:
      - pod-template-hash
  {{- end }}
  {{- end }}
  {{- with $spread.extra }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
{{- end -}}
