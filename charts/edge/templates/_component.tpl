{{- define "edge.component" -}}
component: edge
ports: {{ ternary (list "http" "https") (list "http") .Values.tls.enabled | toJson }}
callsHttp: [gateway, auth, chat, web]
calledBy:
  http: [gateway, test]
ingress:
  - ports:
      - port: 8080
        protocol: TCP
      - port: 8443
        protocol: TCP
    {{- with .Values.networkPolicy.from }}
    from:
      {{- toYaml . | nindent 6 }}
    {{- end }}
probes:
  live: /healthz
  ready: /healthz
command: [nginx, -c, /etc/nexync/nginx.conf, -e, stderr]
annotations:
  checksum/configuration: {{ include "edge.conf" . | sha256sum }}
volumes:
  - name: configuration
    configMap:
      name: {{ include "nexync-lib.fullname" . }}
  {{- if .Values.tls.enabled }}
  - name: tls
    secret:
      secretName: {{ include "edge.tlsSecret" . }}
      defaultMode: 0440
  {{- end }}
mounts:
  - name: configuration
    mountPath: /etc/nexync
    readOnly: true
  {{- if .Values.tls.enabled }}
  - name: tls
    mountPath: /run/nexync/tls
    readOnly: true
  {{- end }}
{{- end -}}

{{- define "edge.tlsSecret" -}}
{{- required "tls.secretName: the Secret with tls.crt and tls.key, or where cert-manager shall put them" .Values.tls.secretName -}}
{{- end -}}

{{/* The Service behind a row of the route table. Takes a list: the root context, and the row's `to`. */}}
{{- define "edge.service" -}}
{{- $roles := dict "gateway" "gateway" "auth" "auth" "chat" "chat" "client" "web" -}}
{{- $role := get $roles (index . 1) -}}
{{- if not $role -}}
{{- fail (printf "files/routes.json: a route to %q, which nobody serves" (index . 1)) -}}
{{- end -}}
{{- include "nexync-lib.peer" (list (index . 0) $role) -}}
{{- end -}}

{{/* Contradictions between the provider and the rest. */}}
{{- define "edge.check" -}}
{{- if and (ne .Values.provider "nginx") .Values.global.networkPolicy.enabled (not .Values.global.networkPolicy.edge.from) -}}
{{- fail (printf "edge.provider %s: requests come from your controller's pods; name them in global.networkPolicy.edge.from, or no NetworkPolicy lets them in" .Values.provider) -}}
{{- end -}}
{{- if and .Values.tls.certManager.issuer (not .Values.hosts) -}}
{{- fail "tls.certManager.issuer: a certificate needs hosts" -}}
{{- end -}}
{{- end -}}

{{/* Annotations by which cert-manager finds an Ingress or a Gateway. */}}
{{- define "edge.certManagerAnnotations" -}}
{{- with .Values.tls.certManager -}}
{{- if and $.Values.tls.enabled .issuer -}}
{{- if eq .kind "ClusterIssuer" -}}
cert-manager.io/cluster-issuer: {{ .issuer }}
{{- else -}}
cert-manager.io/issuer: {{ .issuer }}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
