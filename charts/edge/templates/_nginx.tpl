{{/*
The whole nginx.conf. No upstream is kept alive: a kept connection would go on to a pod that drains. Each
upstream names its Service twice, so that a connection that a vanished pod refuses is tried once more,
at another pod: nginx tries a server that it knows only once a single time.
*/}}
{{- define "edge.conf" -}}
{{- $routes := (.Files.Get "files/routes.json" | fromJson).routes -}}
worker_processes {{ .Values.nginx.workerProcesses }};
worker_shutdown_timeout {{ .Values.drain.spreadSeconds }}s;
daemon off;
pid /tmp/nginx.pid;
error_log stderr warn;

events {
    worker_connections {{ .Values.nginx.workerConnections | int }};
    multi_accept on;
}

http {
    client_body_temp_path /tmp/client_body;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;

    access_log off;
    server_tokens off;
    tcp_nodelay on;
    keepalive_timeout 65s;
    client_max_body_size {{ .Values.maxBodySize }};
    client_body_timeout 30s;
    client_header_timeout 15s;

    gzip on;
    gzip_vary on;
    gzip_min_length 1024;
    gzip_proxied any;
    gzip_types application/json application/problem+json;

    geo $realip_remote_addr $from_trusted_proxy {
        default 0;
        {{- range .Values.nginx.trustedProxies }}
        {{ . }} 1;
        {{- end }}
    }
    map "$from_trusted_proxy $http_x_forwarded_proto" $forwarded_proto {
        default $scheme;
        "1 https" https;
        "1 http" http;
    }
    {{- range .Values.nginx.trustedProxies }}
    set_real_ip_from {{ . }};
    {{- end }}
    real_ip_header X-Forwarded-For;
    real_ip_recursive on;

    proxy_http_version 1.1;
    proxy_connect_timeout 2s;
    proxy_next_upstream error timeout;
    proxy_next_upstream_tries 2;
    {{- range $to := list "gateway" "auth" "chat" "client" }}
    upstream {{ $to }} {
        server {{ include "edge.service" (list $ $to) }}:8080 max_fails=0;
        server {{ include "edge.service" (list $ $to) }}:8080 max_fails=0;
    }
    {{- end }}

    server {
        listen 8080;
        {{- if .Values.tls.enabled }}
        listen 8443 ssl;
        ssl_certificate /run/nexync/tls/tls.crt;
        ssl_certificate_key /run/nexync/tls/tls.key;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:tls:10m;
        {{- end }}
        server_name {{ .Values.hosts | join " " | default "_" }};
        absolute_redirect off;

        location = /healthz {
            return 200 "ok\n";
        }
        {{- range $route := $routes }}
        location {{ ternary (printf "= %s" $route.path) $route.path (eq $route.match "exact") }} {
            proxy_pass http://{{ $route.to }};
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $forwarded_proto;
            proxy_set_header X-Request-Id $request_id;
            {{- if eq $route.kind "websocket" }}
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
            proxy_buffering off;
            proxy_read_timeout 1h;
            proxy_send_timeout 1m;
            {{- else }}
            proxy_set_header Connection close;
            proxy_read_timeout 30s;
            {{- end }}
            {{- if eq $route.kind "http" }}
            add_header X-Content-Type-Options nosniff always;
            {{- end }}
        }
        {{- end }}
    }
}
{{- end -}}
