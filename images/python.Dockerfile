# Every Python component of Nexync, one image each: `--target svc-gateway --build-arg PACKAGE=svc-gateway`.
# docker-bake.json names them all. How this is made and why: docs/adr/0019-images.md.
ARG PYTHON_IMAGE=docker.io/library/python:3.11-slim-bookworm

# --- All wheels of requirements.lock, each checked against its hash. Later steps have no other source.
FROM ${PYTHON_IMAGE} AS wheels
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_INPUT=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
COPY requirements.lock ./
RUN --mount=type=cache,target=/root/.cache/pip \
    pip download --quiet --require-hashes --no-deps --only-binary :all: --dest /wheels -r requirements.lock
ENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels

# --- The workspace's own packages: what each needs, and a wheel of each.
FROM wheels AS sources
COPY images/requirements.py ./
COPY libs workspace/libs
COPY operators workspace/operators
COPY e2e workspace/e2e
COPY svc-auth workspace/svc-auth
COPY svc-chat workspace/svc-chat
COPY svc-gateway workspace/svc-gateway
COPY svc-mailer workspace/svc-mailer
COPY svc-persister workspace/svc-persister

FROM sources AS requirements
RUN python requirements.py workspace /requirements

# svc-gateway has one function in C (ADR 0039). The compiler is in this stage and in no image.
FROM wheels AS compiler
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev >/dev/null \
 && rm -rf /var/lib/apt/lists/*
RUN python -m venv --without-pip /tools && pip --python /tools/bin/python install --quiet hatchling

FROM compiler AS own-wheels
ARG SOURCE_DATE_EPOCH
ENV NEXYNC_NATIVE=required
COPY --from=sources /build/workspace workspace
RUN for project in workspace/*/pyproject.toml workspace/libs/*/pyproject.toml; do \
        (cd "${project%/pyproject.toml}" && /tools/bin/python -m hatchling build -t wheel -d /own-wheels >/dev/null) || exit 1; \
    done

# --- What many components share, in a layer of its own: the closure of the package SHARED.
FROM wheels AS shared
ARG SOURCE_DATE_EPOCH
ARG SHARED=nexync-contracts
COPY --from=requirements /requirements/${SHARED}.in ./shared.in
COPY images/layer.sh ./
RUN touch /before \
 && python -m venv --without-pip /opt/venv \
 && rm -f /opt/venv/bin/[Aa]ctivate* \
 && pip --python /opt/venv/bin/python install --quiet --no-compile -r shared.in \
 && sh layer.sh

# --- What this component needs beyond that.
FROM shared AS dependencies
ARG SOURCE_DATE_EPOCH
ARG PACKAGE
COPY --from=requirements /requirements/${PACKAGE}.in ./package.in
RUN rm -rf /layer && touch /before \
 && pip --python /opt/venv/bin/python install --quiet --no-compile -r package.in \
 && sh layer.sh

# --- The workspace's own packages, last because they change most.
FROM dependencies AS application
ARG SOURCE_DATE_EPOCH
ARG PACKAGE
COPY --from=requirements /requirements/${PACKAGE}.own ./package.own
COPY --from=own-wheels /own-wheels /own-wheels
RUN rm -rf /layer && touch /before \
 && pip --python /opt/venv/bin/python install --quiet --no-compile --no-deps --find-links /own-wheels -r package.own \
 && sh layer.sh

# --- What is in it, as a CycloneDX document.
FROM wheels AS sbom
ARG SOURCE_DATE_EPOCH
ARG PACKAGE
RUN python -m venv --without-pip /tools && pip --python /tools/bin/python install --quiet cyclonedx-bom
COPY images/sbom.py ./
COPY --from=shared /layer/ /
COPY --from=dependencies /layer/ /
COPY --from=application /layer/ /
RUN mkdir -p /layer/usr/share/sbom \
 && /tools/bin/cyclonedx-py environment --no-validate --output-reproducible --output-file all.cdx.json /opt/venv/bin/python \
 && python sbom.py all.cdx.json "/layer/usr/share/sbom/${PACKAGE}.cdx.json" \
 && find /layer -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +

# --- The interpreter without its installers.
FROM ${PYTHON_IMAGE} AS interpreter
ARG SOURCE_DATE_EPOCH
RUN touch /before \
 && python -m pip uninstall --quiet --yes --root-user-action=ignore pip setuptools wheel \
 && rm -rf /usr/local/lib/python3*/ensurepip /usr/lib/python3*/ensurepip /usr/share/python-wheels /root/.cache \
 && echo 'nexync:x:65532:65532:Nexync:/nonexistent:/usr/sbin/nologin' >> /etc/passwd \
 && echo 'nexync:x:65532:' >> /etc/group \
 && find / -xdev -cnewer /before -not -path '/before' -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} + \
 && rm /before && mkdir /rootfs \
 && tar -c --one-file-system --exclude=./rootfs --exclude=./etc/hosts --exclude=./etc/resolv.conf -C / . | tar -xpC /rootfs \
 && touch -d "@${SOURCE_DATE_EPOCH:-0}" /rootfs /rootfs/etc /rootfs/proc /rootfs/sys /rootfs/dev

# From scratch, so that what was removed leaves no trace; and each copy starts at the root, so that
# folders keep their times. With that the layers are the same at every build.
FROM scratch AS image
COPY --from=interpreter /rootfs/ /
COPY --from=shared /layer/ /
COPY --from=dependencies /layer/ /
COPY --from=application /layer/ /
COPY --from=sbom /layer/ /
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    PYTHONFAULTHANDLER=1
USER 65532:65532
WORKDIR /

FROM image AS svc-gateway
EXPOSE 8080 9090
ENTRYPOINT ["python", "-m", "svc_gateway"]

FROM image AS svc-auth
EXPOSE 8080 8081 9090
ENTRYPOINT ["python", "-m", "svc_auth"]

FROM image AS svc-chat
EXPOSE 8080 8081 9090
ENTRYPOINT ["python", "-m", "svc_chat"]

FROM image AS svc-persister
EXPOSE 9090
ENTRYPOINT ["python", "-m", "svc_persister"]

FROM image AS svc-mailer
EXPOSE 9090
ENTRYPOINT ["python", "-m", "svc_mailer"]

FROM image AS operator
EXPOSE 9090
ENTRYPOINT ["python", "-m", "nexync_operator"]
CMD ["run"]

FROM image AS e2e
ENTRYPOINT ["python", "-m"]
CMD ["nexync_e2e.roundtrip"]
