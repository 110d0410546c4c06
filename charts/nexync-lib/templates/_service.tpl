{{/* The Service with the component's ports. Takes a list as `nexync-lib.deployment` does. */}}
{{- define "nexync-lib.service" -}}
{{- $root := index . 0 -}}
{{- $component := include "nexync-lib.component" . | fromYaml -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "nexync-lib.metadata" (dict "root" $root "component" $component.component "annotations" $root.Values.service.annotations) | nindent 2 }}
spec:
  type: ClusterIP
  selector:
    {{- include "nexync-lib.selectorLabels" $root | nindent 4 }}
  ports:
    {{- $numbers := include "nexync-lib.ports" $root | fromYaml }}
    {{- range $name := $component.ports }}
    - name: {{ $name }}
      port: {{ get $numbers $name }}
      targetPort: {{ $name }}
      protocol: TCP
    {{- end }}
{{- end -}}

{{/* The ServiceAccount. Its token is not mounted; a component that needs one says so in its pod. */}}
{{- define "nexync-lib.serviceaccount" -}}
{{- $root := index . 0 -}}
{{- $component := include "nexync-lib.component" . | fromYaml -}}
{{- if $root.Values.serviceAccount.create -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "nexync-lib.metadata" (dict "root" $root "component" $component.component "name" (include "nexync-lib.serviceAccountName" $root) "annotations" $root.Values.serviceAccount.annotations) | nindent 2 }}
automountServiceAccountToken: false
{{- end -}}
{{- end -}}

{{/* Fewest replicas that there will be. */}}
{{- define "nexync-lib.minReplicas" -}}
{{- if eq (include "nexync-lib.isScaled" .) "true" -}}
{{- .Values.autoscaling.minReplicas -}}
{{- else -}}
{{- .Values.replicaCount -}}
{{- end -}}
{{- end -}}

{{/* The PodDisruptionBudget. At one replica it would only block drains of nodes, so there is none. */}}
{{- define "nexync-lib.pdb" -}}
{{- $root := index . 0 -}}
{{- $component := include "nexync-lib.component" . | fromYaml -}}
{{- $pdb := $root.Values.podDisruptionBudget -}}
{{- if and $pdb.enabled (gt (include "nexync-lib.minReplicas" $root | int) 1) -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "nexync-lib.metadata" (dict "root" $root "component" $component.component) | nindent 2 }}
spec:
  maxUnavailable: {{ $pdb.maxUnavailable }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "nexync-lib.selectorLabels" $root | nindent 6 }}
{{- end -}}
{{- end -}}

{{/*
Where the Prometheus operator scrapes the admin port. `auto` asks the cluster whether it knows
PodMonitors; without a cluster (GitOps) say `always` or pass --api-versions.
*/}}
{{- define "nexync-lib.podmonitor" -}}
{{- $root := index . 0 -}}
{{- $component := include "nexync-lib.component" . | fromYaml -}}
{{- $monitoring := $root.Values.global.monitoring -}}
{{- if eq (include "nexync-lib.wanted" (list $root $monitoring.podMonitors "monitoring.coreos.com/v1/PodMonitor")) "true" -}}
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  {{- include "nexync-lib.metadata" (dict "root" $root "component" $component.component "labels" $monitoring.labels) | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "nexync-lib.selectorLabels" $root | nindent 6 }}
  podMetricsEndpoints:
    - port: admin
      path: /metrics
      interval: {{ $monitoring.interval }}
{{- end -}}
{{- end -}}

{{/* Whether an optional object is rendered. Takes a list: root, auto | always | never, and the API. */}}
{{- define "nexync-lib.wanted" -}}
{{- $mode := index . 1 -}}
{{- or (eq $mode "always") (and (eq $mode "auto") ((index . 0).Capabilities.APIVersions.Has (index . 2))) -}}
{{- end -}}
