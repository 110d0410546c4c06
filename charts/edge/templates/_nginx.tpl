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
    # Not for plain HTTP: browsers ignore it there, and nginx sends no empty header.
    map $forwarded_proto $transport_security {
        default "";
        https "max-age=31536000";
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

        {{- include "edge.refusals" . | nindent 8 }}

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
            # A gateway that is full or leaves answers so; another one may not.
            proxy_next_upstream error timeout http_503;
            proxy_read_timeout 1h;
            proxy_send_timeout 1m;
            {{- else }}
            proxy_set_header Connection close;
            proxy_read_timeout 30s;
            {{- end }}
            {{- if ne $route.kind "websocket" }}
            add_header Strict-Transport-Security $transport_security always;
            {{- end }}
            {{- if eq $route.kind "http" }}
            add_header X-Content-Type-Options nosniff always;
            {{- include "edge.refusals" $ | nindent 12 }}
            error_page 502 504 /.away;
            {{- end }}
        }
        {{- end }}

        # What nginx answers itself, in the form of the services' problems.
        {{- range $own := list
          (dict "place" "garbled" "status" 400 "code" "validation" "title" "This is no request that can be read")
          (dict "place" "plain" "status" 400 "code" "validation" "title" "Only HTTPS is spoken at this port")
          (dict "place" "method" "status" 405 "code" "not_found" "title" "This method is not allowed here")
          (dict "place" "too-large" "status" 413 "code" "too_large" "title" "The request body is too large")
          (dict "place" "too-long" "status" 414 "code" "too_large" "title" "The address is too long")
          (dict "place" "too-many-headers" "status" 431 "code" "too_large" "title" "The request headers are too large")
          (dict "place" "failed" "status" 500 "code" "internal" "title" "Something went wrong")
          (dict "place" "encoding" "status" 501 "code" "validation" "title" "This transfer encoding is not known")
          (dict "place" "away" "status" 503 "code" "unavailable" "title" "A part of the service is away for a moment")
          (dict "place" "version" "status" 505 "code" "validation" "title" "This version of HTTP is not known")
        }}
        location = /.{{ $own.place }} {
            internal;
            default_type application/problem+json;
            add_header Cache-Control no-store always;
            add_header X-Content-Type-Options nosniff always;
            add_header Referrer-Policy no-referrer always;
            add_header Cross-Origin-Resource-Policy same-origin always;
            add_header Content-Security-Policy "default-src 'none'; frame-ancestors 'none'" always;
            add_header Strict-Transport-Security $transport_security always;
            {{- if eq $own.status 405 }}
            add_header Allow "GET, POST, PUT, PATCH, DELETE" always;
            {{- else if eq $own.status 503 }}
            add_header Retry-After 2 always;
            {{- end }}
            return {{ $own.status }} '{{ dict "type" "about:blank" "title" $own.title "status" $own.status "code" $own.code "issues" list | toJson }}';
        }
        {{- end }}
    }
}
{{- end -}}

{{/*
Where nginx finds the words for what it refuses itself. No named places: it goes to none before it has read the
address. Said in the server and in each location that says where to go for another: such a one inherits none of them.
*/}}
{{- define "edge.refusals" -}}
error_page 400 /.garbled;
error_page 405 /.method;
error_page 413 /.too-large;
error_page 414 /.too-long;
error_page 494 =431 /.too-many-headers;
error_page 497 =400 /.plain;
error_page 500 /.failed;
error_page 501 /.encoding;
error_page 505 /.version;
{{- end -}}
