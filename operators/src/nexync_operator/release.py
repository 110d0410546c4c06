"""Before the operator goes: nothing may wait for a finalizer that nobody takes away any more.

`python -m nexync_operator release --instance NAME` is for a pre-delete hook. Resources of the Helm release NAME go
with it, so they are deleted now, while the operator is still there to clean up after them. All others lose our
finalizer and stay; their topics stay too. The operator takes them up again when it starts.
"""

import asyncio
from collections.abc import Sequence
from time import monotonic
from typing import Final, Protocol

from nexync_operator.adapters.kube import KubeApi
from nexync_operator.errors import ReconcileError
from nexync_operator.kinds import Kind
from nexync_operator.resources import FINALIZER, RELEASED, Resource
from nexync_operator.settings import OperatorSettings
from nexync_runtime import log

INSTANCE: Final = "app.kubernetes.io/instance"
WAIT_SECONDS: Final = 40.0
"""How long the operator has for its clean-up; with the rest of the hook it stays under a minute."""
POLL_SECONDS: Final = 0.5
_log = log.get("release")


class Api(Protocol):
    """What this needs from Kubernetes."""

    async def resources(self, kind: Kind) -> Sequence[Resource]: ...
    async def release(self, kind: Kind, resource: Resource, *, released: bool) -> None: ...
    async def delete(self, kind: Kind, resource: Resource) -> None: ...


async def let_go(
    api: Api, kinds: Sequence[Kind], instance: str, *, wait: float = WAIT_SECONDS
) -> None:
    """Delete what belongs to the instance, wait for it, then take our finalizer from everything."""
    deadline = monotonic() + wait
    deleted = 0
    for kind in kinds:
        for resource in await api.resources(kind):
            if _belongs(resource, instance) and resource.deleted is None:
                deleted += await _delete(api, kind, resource)
    while deleted and monotonic() < deadline:
        if not await _left(api, kinds, instance):
            break
        await asyncio.sleep(POLL_SECONDS)
    for kind in kinds:
        for resource in await api.resources(kind):
            if FINALIZER in resource.finalizers:
                await api.release(kind, resource, released=True)
                _log.info("released", resource=str(resource))


async def _delete(api: Api, kind: Kind, resource: Resource) -> bool:
    try:
        await api.delete(kind, resource)
    except ReconcileError as error:
        # Letting go of it is what matters: the uninstall that follows deletes it too.
        _log.warning("not deleted", resource=str(resource), reason=str(error))
        return False
    return True


def _belongs(resource: Resource, instance: str) -> bool:
    return bool(instance) and resource.labels.get(INSTANCE) == instance


async def _left(api: Api, kinds: Sequence[Kind], instance: str) -> bool:
    for kind in kinds:
        if any(_belongs(one, instance) for one in await api.resources(kind)):
            return True
    return False


async def reclaim(api: Api, kinds: Sequence[Kind]) -> None:
    """The operator is back: what was released is looked after again."""
    for kind in kinds:
        for resource in await api.resources(kind):
            if RELEASED in resource.annotations:
                await api.release(kind, resource, released=False)


async def _run(settings: OperatorSettings, kinds: Sequence[Kind], instance: str) -> None:
    api = KubeApi(settings.watch_namespaces)
    try:
        await let_go(api, kinds, instance)
    finally:
        await api.close()


def run(settings: OperatorSettings, kinds: Sequence[Kind], instance: str) -> int:
    """Exit code 0 in any case: a hook that fails would stop the uninstall that it is there to make smooth."""
    log.configure(
        log_format=settings.log_format, level=settings.log_level, instance=settings.instance
    )
    try:
        asyncio.run(_run(settings, kinds, instance))
    except ReconcileError as error:
        _log.warning("not released", reason=str(error))
    return 0
