# The web client as files behind nginx. How and why: docs/adr/0019-images.md.
ARG NODE_IMAGE=docker.io/library/node:20-bookworm-slim
ARG PYTHON_IMAGE=docker.io/library/python:3.11-slim-bookworm
ARG NGINX_IMAGE=docker.io/nginxinc/nginx-unprivileged:stable

FROM ${NODE_IMAGE} AS packages
ENV NEXT_TELEMETRY_DISABLED=1 CI=1
WORKDIR /build
COPY svc-web/package.json svc-web/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund --loglevel=error

FROM packages AS client
COPY svc-web ./
RUN npm run build

# What the page is made of; tools that only built it are not in it. They are not even installed here:
# with them, npm leaves out what the page and a tool both use.
FROM ${NODE_IMAGE} AS sbom
WORKDIR /build
COPY svc-web/package.json svc-web/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit dev --ignore-scripts --no-audit --no-fund --loglevel=error
RUN npm pkg delete devDependencies && npm sbom --sbom-format cyclonedx > /svc-web.cdx.json

# The policy needs the hash of every script inside a page, so it is written once the pages are there.
FROM ${PYTHON_IMAGE} AS site
ARG SOURCE_DATE_EPOCH
COPY dev/src/nexync_dev/page.py images/sbom.py /
COPY images/web/default.conf /site/etc/nginx/conf.d/default.conf
COPY --from=client /build/out /site/usr/share/nginx/html
COPY --from=sbom /svc-web.cdx.json /
RUN python /page.py /site/usr/share/nginx/html /site/etc/nginx/page \
 && mkdir -p /site/usr/share/sbom \
 && python /sbom.py /svc-web.cdx.json /site/usr/share/sbom/svc-web.cdx.json \
 && chmod -R a+rX,go-w /site \
 && find /site -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +

FROM ${NGINX_IMAGE} AS svc-web
COPY --from=site /site/ /
USER 101
EXPOSE 8080
