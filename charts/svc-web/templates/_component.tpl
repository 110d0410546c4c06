{{- define "svc-web.component" -}}
component: web
ports: [http]
isolated: true
calledBy:
  http: [edge]
probes:
  live: /healthz
  ready: /healthz
autoscaling:
  kind: cpu
{{- end -}}
