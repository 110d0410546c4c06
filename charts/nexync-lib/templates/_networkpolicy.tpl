{{/*
Nothing comes in and nothing goes out but what the component's description names. Takes a list as
`nexync-lib.deployment` does. The kubelet's probes come from the node and need no rule.
*/}}
{{- define "nexync-lib.networkpolicy" -}}
{{- $root := index . 0 -}}
{{- $network := $root.Values.global.networkPolicy -}}
{{- if $network.enabled -}}
{{- $component := include "nexync-lib.component" . | fromYaml -}}
{{- $numbers := include "nexync-lib.ports" $root | fromYaml -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "nexync-lib.metadata" (dict "root" $root "component" $component.component) | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "nexync-lib.selectorLabels" $root | nindent 6 }}
  policyTypes:
    - Ingress
    - Egress
  ingress:
    {{- range $port, $roles := $component.calledBy }}
    - from:
        {{- range $role := $roles }}
        {{- include "nexync-lib.peers" (list $root $role) | nindent 8 }}
        {{- end }}
      ports:
        - port: {{ get $numbers $port }}
          protocol: TCP
    {{- end }}
    {{- if $component.admin }}
    - from:
        {{- toYaml $network.monitoring.from | nindent 8 }}
      ports:
        - port: {{ $numbers.admin }}
          protocol: TCP
    {{- end }}
    {{- with $component.ingress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with $root.Values.networkPolicy.extraIngress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- if and $component.isolated (not $root.Values.networkPolicy.extraEgress) }}
  egress: []
  {{- else }}
  egress:
    {{- if not $component.isolated }}
    - to:
        {{- toYaml $network.dns.to | nindent 8 }}
      ports:
        {{- range $network.dns.ports }}
        - port: {{ . }}
          protocol: UDP
        - port: {{ . }}
          protocol: TCP
        {{- end }}
    {{- end }}
    {{- range $backend := $component.backends }}
    {{- $rule := get $network.backends $backend }}
    - ports:
        {{- range $rule.ports }}
        - port: {{ . }}
          protocol: TCP
        {{- end }}
      {{- with $rule.to }}
      to:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- end }}
    {{- range $role := $component.calls }}
    - to:
        {{- include "nexync-lib.peers" (list $root $role) | nindent 8 }}
      ports:
        - port: {{ $numbers.internal }}
          protocol: TCP
    {{- end }}
    {{- range $role := $component.callsHttp }}
    - to:
        {{- include "nexync-lib.peers" (list $root $role) | nindent 8 }}
      ports:
        - port: {{ $numbers.http }}
          protocol: TCP
    {{- end }}
    {{- with $component.egress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with $root.Values.networkPolicy.extraEgress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/*
The pods of a role: of this release, or of any in reach where `global.peers` names another one. The edge
may be someone else's controller; `global.networkPolicy.edge.from` then says where it is.
*/}}
{{- define "nexync-lib.peers" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
{{- $edge := $root.Values.global.networkPolicy.edge.from -}}
{{- if and (eq $role "edge") $edge -}}
{{- toYaml $edge -}}
{{- else -}}
{{- $apart := values $root.Values.global.peers | join "" -}}
- podSelector:
    matchLabels:
      app.kubernetes.io/part-of: nexync
      app.kubernetes.io/component: {{ $role }}
      {{- if not $apart }}
      app.kubernetes.io/instance: {{ $root.Release.Name }}
      {{- end }}
  {{- if contains "." $apart }}
  namespaceSelector: {}
  {{- end }}
{{- end -}}
{{- end -}}
