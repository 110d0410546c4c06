{{/* The Service of the edge, as the subchart names it. */}}
{{- define "nexync.edgeService" -}}
{{- $edge := .Values.edge -}}
{{- $edge.fullnameOverride | default (include "nexync-lib.fullnameOf" (list . ($edge.nameOverride | default "edge"))) -}}
{{- end -}}

{{- define "nexync.pageUrl" -}}
{{- if .Values.test.pageUrl -}}
{{- .Values.test.pageUrl -}}
{{- else -}}
{{- printf "http://%s:%v" (include "nexync.edgeService" .) (dig "service" "httpPort" 8080 .Values.edge) -}}
{{- end -}}
{{- end -}}

{{/* The port of a URL. */}}
{{- define "nexync.portOf" -}}
{{- $url := urlParse . -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default (ternary 443 80 (eq $url.scheme "https")) -}}
{{- end -}}
