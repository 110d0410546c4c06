"""What the engine asks of a kind. `catalog` lists them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from nexync_operator.resources import Resource, Result


class Cluster(Protocol):
    """What a kind may read from Kubernetes. Waits are bounded; errors are UnreachableError or ReconcileError."""

    async def secret(self, namespace: str, name: str) -> Mapping[str, bytes]:
        """The data of a Secret. Raises ReconcileError (SecretMissing) when there is none."""
        ...

    async def config_map(self, namespace: str, name: str) -> Mapping[str, str]:
        """The data of a ConfigMap. Raises ReconcileError (ConfigMapMissing) when there is none."""
        ...

    async def resources(self, kind: "Kind") -> Sequence[Resource]:
        """All resources of a kind in the namespaces that are watched."""
        ...


Step = Callable[[], Result]


class Kind(Protocol):
    """One custom resource kind.

    `look` reads what is needed from Kubernetes and returns the step to take, which may block: it runs in a
    thread, for `seconds` at most (then the resource is reported as TimedOut; the next run starts only after
    the thread has ended). One resource is never reconciled twice at a time. Both are called for a resource
    that is being deleted as well (`resource.deleted` is set), as long as it holds our finalizer; `Result.done`
    releases it. Raise RefusedError for what a human has to decide, any other ReconcileError to be retried.
    """

    @property
    def name(self) -> str:
        """`KafkaTopic`."""
        ...

    @property
    def plural(self) -> str:
        """`kafkatopics`."""
        ...

    @property
    def seconds(self) -> float:
        """The longest that one step may take."""
        ...

    def keeps(self, spec: Mapping[str, Any]) -> bool:
        """Whether a resource with this spec needs our finalizer."""
        ...

    async def look(self, resource: Resource, cluster: Cluster) -> Step:
        """Read from Kubernetes; the step to take with it."""
        ...
