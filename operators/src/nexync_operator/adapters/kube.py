"""The few requests to the Kubernetes API that the operator makes itself, with kopf's logins and its HTTP client.

kopf watches; this reads one object, writes status, finalizers and events. A full client library would cost
more memory than the whole operator.
"""

import asyncio
import base64
import json
import logging
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import aiohttp
import kopf

from nexync_operator import metrics
from nexync_operator.errors import ReconcileError, UnreachableError
from nexync_operator.kinds import Kind
from nexync_operator.resources import FINALIZER, GROUP, RELEASED, VERSION, Resource

CALL_SECONDS: Final = 10.0
LIST_SECONDS: Final = 30.0
MERGE: Final = "application/merge-patch+json"


class ApiError(ReconcileError):
    """The API refused. `code` is the HTTP status."""

    reason = "KubernetesRefused"

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"kubernetes: {code} {message}")
        self.code = code


def login() -> kopf.ConnectionInfo:
    """The service account inside a pod, else KUBECONFIG. Raises UnreachableError when there is neither."""
    options: dict[str, Any] = {
        "settings": kopf.OperatorSettings(),
        "logger": logging.getLogger(__name__),
    }
    info = kopf.login_with_service_account(**options) or kopf.login_with_kubeconfig(**options)
    if info is None:
        msg = "kubernetes: neither a service account nor KUBECONFIG says where the API is"
        raise UnreachableError(msg)
    return info


class KubeApi:
    """JSON in and out; logs in again when the token has expired. Bound to one event loop."""

    def __init__(self, namespaces: Sequence[str], info: kopf.ConnectionInfo | None = None) -> None:
        self._namespaces = tuple(namespaces)
        self._info = info or login()
        self._session = self._open()

    def _open(self) -> aiohttp.ClientSession:
        context: ssl.SSLContext = self._info.as_ssl_context()
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context, limit=16),
            headers=self._info.as_http_headers(),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        content: str = "application/json",
        seconds: float = CALL_SECONDS,
    ) -> dict[str, Any]:
        """The parsed answer. Raises ApiError, UnreachableError."""
        for attempt in (1, 2):
            try:
                async with self._session.request(
                    method,
                    self._info.server.rstrip("/") + path,
                    data=None if body is None else json.dumps(body),
                    headers={"Content-Type": content},
                    timeout=aiohttp.ClientTimeout(total=seconds),
                ) as response:
                    text = await response.text()
                    if response.status == 401 and attempt == 1:
                        await self._log_in_again()
                        continue
                    return _answer(response.status, text)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                metrics.API_ERRORS.inc()
                msg = f"kubernetes: {' '.join(str(error).split()) or type(error).__name__}"
                raise UnreachableError(msg, reason="KubernetesUnreachable") from error
            except ApiError:
                metrics.API_ERRORS.inc()
                raise
        raise AssertionError

    async def _log_in_again(self) -> None:
        old = self._session
        self._info = await asyncio.to_thread(login)
        self._session = self._open()
        await old.close()

    async def secret(self, namespace: str, name: str) -> Mapping[str, bytes]:
        """The decoded data of a Secret."""
        found = await self._referred("secrets", "Secret", namespace, name)
        data: dict[str, str] = found.get("data") or {}
        return {key: base64.b64decode(value) for key, value in data.items()}

    async def config_map(self, namespace: str, name: str) -> Mapping[str, str]:
        """The data of a ConfigMap."""
        found = await self._referred("configmaps", "ConfigMap", namespace, name)
        return dict(found.get("data") or {})

    async def _referred(self, plural: str, kind: str, namespace: str, name: str) -> dict[str, Any]:
        try:
            return await self.call(
                "GET", f"/api/v1/namespaces/{quote(namespace)}/{plural}/{quote(name)}"
            )
        except ApiError as error:
            if error.code == 404:
                msg = f"{kind} {name!r} is not in namespace {namespace!r}; create it, it is looked for again"
                raise ReconcileError(msg, reason=f"{kind}Missing") from error
            if error.code == 403:
                msg = f"{kind} {name!r} may not be read in namespace {namespace!r}; see the operator's Role"
                raise ReconcileError(msg, reason=f"{kind}Forbidden") from error
            raise

    async def resources(self, kind: Kind) -> Sequence[Resource]:
        """All resources of a kind in the namespaces that are watched."""
        paths = [f"/namespaces/{quote(one)}/{kind.plural}" for one in self._namespaces] or [
            f"/{kind.plural}"
        ]
        found: list[Resource] = []
        for path in paths:
            answer = await self.call("GET", _ROOT + path, seconds=LIST_SECONDS)
            found += [Resource.read(item, kind.name) for item in answer["items"]]
        return found

    async def resource(self, kind: Kind, namespace: str, name: str) -> Resource | None:
        """One resource, None when it is gone."""
        try:
            body = await self.call("GET", _path(kind, namespace, name))
        except ApiError as error:
            if error.code == 404:
                return None
            raise
        return Resource.read(body, kind.name)

    async def write_status(self, kind: Kind, resource: Resource, status: object) -> None:
        """Merge into the status; nothing when the resource is gone meanwhile."""
        await self._patch(
            f"{_path(kind, resource.namespace, resource.name)}/status", {"status": status}
        )

    async def write_finalizers(
        self, kind: Kind, resource: Resource, finalizers: Sequence[str]
    ) -> None:
        """Set the finalizers; ApiError 409 when the resource isn't any more as it was read."""
        path = _path(kind, resource.namespace, resource.name)
        meta = {"finalizers": list(finalizers), "resourceVersion": resource.version}
        await self._patch(path, {"metadata": meta})

    async def release(self, kind: Kind, resource: Resource, *, released: bool) -> None:
        """Take our finalizer away and say so by an annotation; or take the annotation away again."""
        meta: dict[str, Any] = {"annotations": {RELEASED: "true" if released else None}}
        if released:
            kept = [one for one in resource.finalizers if one != FINALIZER]
            meta |= {"finalizers": kept, "resourceVersion": resource.version}
        await self._patch(_path(kind, resource.namespace, resource.name), {"metadata": meta})

    async def delete(self, kind: Kind, resource: Resource) -> None:
        """Delete a resource; nothing when it is gone already."""
        try:
            await self.call("DELETE", _path(kind, resource.namespace, resource.name))
        except ApiError as error:
            if error.code != 404:
                raise

    async def _patch(self, path: str, body: object) -> None:
        try:
            await self.call("PATCH", path, body=body, content=MERGE)
        except ApiError as error:
            if error.code != 404:
                raise

    async def event(self, namespace: str, body: object) -> None:
        """Post an event."""
        await self.call("POST", f"/api/v1/namespaces/{quote(namespace)}/events", body=body)


_ROOT: Final = f"/apis/{GROUP}/{VERSION}"


def _path(kind: Kind, namespace: str, name: str) -> str:
    return f"{_ROOT}/namespaces/{quote(namespace)}/{kind.plural}/{quote(name)}"


def _answer(code: int, text: str) -> dict[str, Any]:
    if code >= 400:
        raise ApiError(code, _message(text))
    return json.loads(text) if text else {}


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return " ".join(text.split())[:200]
