{{/* Whether something else than this chart decides on the number of replicas. */}}
{{- define "nexync-lib.isScaled" -}}
{{- ne (dig "provider" "none" (.Values.autoscaling | default dict)) "none" -}}
{{- end -}}

{{/*
The line `replicas: …`, or nothing where a scaler decides.

A scaler that takes over a Deployment that runs has not yet written the number. Were it gone from the manifest then, nobody
would own it, and the API would put its default there: one replica, until the scaler looks. So what runs now stays in
the manifest until the number is somebody else's: a `scale` among the managed fields. A client-side merge (Helm 3, or a release
that was begun so) would take it as removed even then, so it stays for good there. Without a cluster nothing is said.
*/}}
{{- define "nexync-lib.replicas" -}}
{{- if eq (include "nexync-lib.isScaled" .) "false" -}}
replicas: {{ hasKey .Values "replicaCount" | ternary .Values.replicaCount 1 }}
{{- else -}}
{{- $live := lookup "apps/v1" "Deployment" .Release.Namespace (include "nexync-lib.fullname" .) -}}
{{- $isOwned := false -}}
{{- $isApplied := false -}}
{{- range dig "metadata" "managedFields" list $live -}}
{{- $owned := dig "fieldsV1" "f:spec" dict . -}}
{{- $isOwned = or $isOwned (and (hasKey $owned "f:replicas") (eq (dig "subresource" "" .) "scale")) -}}
{{- $isApplied = or $isApplied (and (hasKey $owned "f:template") (eq (dig "operation" "" .) "Apply")) -}}
{{- end -}}
{{- if and $live (not (and $isOwned $isApplied)) -}}
replicas: {{ $live.spec.replicas }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
What a component is scaled by, in its description:

  autoscaling:
    kind     pods: each pod reports its own share · external: one number for all · cpu: use, in millicores
    metric   name of the metric, where it isn't cpu
    query    PromQL that gives the sum over all replicas, for KEDA
*/}}
{{- define "nexync-lib.hpa" -}}
{{- $root := index . 0 -}}
{{- $scaling := $root.Values.autoscaling -}}
{{- if eq $scaling.provider "hpa" -}}
{{- $component := include "nexync-lib.component" . | fromYaml -}}
{{- include "nexync-lib.checkReplicas" $root -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "nexync-lib.metadata" (dict "root" $root "component" $component.component) | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "nexync-lib.fullname" $root }}
  minReplicas: {{ $scaling.minReplicas }}
  maxReplicas: {{ $scaling.maxReplicas }}
  metrics:
    {{- if eq $component.autoscaling.kind "pods" }}
    - type: Pods
      pods:
        metric:
          name: {{ $component.autoscaling.metric }}
        target:
          type: AverageValue
          averageValue: {{ $scaling.target | int | quote }}
    {{- else if eq $component.autoscaling.kind "external" }}
    - type: External
      external:
        metric:
          name: {{ $component.autoscaling.metric }}
        target:
          type: AverageValue
          averageValue: {{ $scaling.target | int | quote }}
    {{- else }}
    - type: Resource
      resource:
        name: cpu
        target:
          type: AverageValue
          averageValue: {{ printf "%dm" ($scaling.target | int) }}
    {{- end }}
    {{- with $scaling.hpa.extraMetrics }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  behavior:
    {{- toYaml $scaling.behavior | nindent 4 }}
{{- end -}}
{{- end -}}

{{/*
KEDA's ScaledObject. `ignoreNullValues: "false"` makes an empty answer an error, so that a Prometheus
that lost its data leads to the fallback and not to the fewest replicas.
*/}}
{{- define "nexync-lib.scaledobject" -}}
{{- $root := index . 0 -}}
{{- $scaling := $root.Values.autoscaling -}}
{{- if eq $scaling.provider "keda" -}}
{{- $component := include "nexync-lib.component" . | fromYaml -}}
{{- include "nexync-lib.checkReplicas" $root -}}
{{- $isCpu := eq $component.autoscaling.kind "cpu" -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  {{- include "nexync-lib.metadata" (dict "root" $root "component" $component.component) | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "nexync-lib.fullname" $root }}
  minReplicaCount: {{ $scaling.minReplicas }}
  maxReplicaCount: {{ $scaling.maxReplicas }}
  pollingInterval: {{ $scaling.keda.pollingInterval }}
  cooldownPeriod: {{ $scaling.keda.cooldownPeriod }}
  {{- if not $isCpu }}
  fallback:
    failureThreshold: {{ $scaling.keda.fallback.failureThreshold }}
    replicas: {{ $scaling.keda.fallback.replicas }}
    behavior: currentReplicasIfHigher
  {{- end }}
  advanced:
    horizontalPodAutoscalerConfig:
      behavior:
        {{- toYaml $scaling.behavior | nindent 8 }}
  triggers:
    {{- if $isCpu }}
    - type: cpu
      metricType: AverageValue
      metadata:
        value: {{ printf "%dm" ($scaling.target | int) }}
    {{- else }}
    - type: prometheus
      metricType: AverageValue
      metadata:
        serverAddress: {{ required "autoscaling.keda.serverAddress: where is Prometheus?" $scaling.keda.serverAddress | quote }}
        query: {{ $scaling.keda.query | default $component.autoscaling.query | quote }}
        threshold: {{ $scaling.target | int | quote }}
        ignoreNullValues: "false"
      {{- with $scaling.keda.authenticationRef }}
      authenticationRef:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- end }}
{{- end -}}
{{- end -}}

{{- define "nexync-lib.checkReplicas" -}}
{{- $scaling := .Values.autoscaling -}}
{{- if gt ($scaling.minReplicas | int) ($scaling.maxReplicas | int) -}}
{{- fail (printf "autoscaling of %s: minReplicas %v is more than maxReplicas %v" .Chart.Name $scaling.minReplicas $scaling.maxReplicas) -}}
{{- end -}}
{{- if and (eq $scaling.provider "keda") (gt ($scaling.keda.fallback.replicas | int) ($scaling.maxReplicas | int)) -}}
{{- fail (printf "autoscaling of %s: keda.fallback.replicas %v is more than maxReplicas %v" .Chart.Name $scaling.keda.fallback.replicas $scaling.maxReplicas) -}}
{{- end -}}
{{- end -}}

{{/* Which series of Prometheus are this Deployment's: a PromQL selector without braces. */}}
{{- define "nexync-lib.series" -}}
namespace="{{ .Release.Namespace }}",pod=~"{{ include "nexync-lib.fullname" . }}-[a-z0-9]+-[a-z0-9]+"
{{- end -}}
