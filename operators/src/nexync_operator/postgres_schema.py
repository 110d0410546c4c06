"""The PostgresSchema kind: what is read from Kubernetes, and the step with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from nexync_operator import schema
from nexync_operator.errors import ReconcileError, RefusedError
from nexync_operator.kinds import Cluster, Step
from nexync_operator.resources import Event, Resource, Result, stalled, working
from nexync_operator.schema_apply import Progress, quiet
from nexync_operator.schema_drop import drop_all
from nexync_operator.schema_lint import parse_allow
from nexync_operator.schema_status import approved, result
from nexync_operator.schema_store import Limits, history, run_lock, session

DELETE_LOCK_SECONDS: Final = 5.0
"""A deletion has to end within a minute, so it waits shorter for another run."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the database is. `ca` is a PEM bundle."""

    url: str
    ca: str | None


@dataclass(frozen=True, slots=True)
class PostgresSchemaKind:
    """`PostgresSchema`."""

    name: str = "PostgresSchema"
    plural: str = "postgresschemas"
    seconds: float = 900.0
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    progress: Progress = quiet

    def keeps(self, spec: Mapping[str, Any]) -> bool:
        """Only a resource that drops what it made has to be kept until that is done."""
        return spec.get("deletionPolicy") == "Delete"

    async def look(self, resource: Resource, cluster: Cluster) -> Step:
        """Read the connection, the files and the other resources."""
        connection = await _connection(resource, cluster)
        others = [
            one
            for one in await cluster.resources(self)
            if one.uid != resource.uid and one.deleted is None
        ]
        if resource.deleted is not None:
            return lambda: _drop(resource, connection, others)
        name = str(resource.spec["migrations"]["configMapRef"]["name"])
        files = await cluster.config_map(resource.namespace, name)

        def step() -> Result:
            return self._apply(resource, connection, files, others)

        return step

    def _apply(
        self,
        resource: Resource,
        where: Connection,
        files: Mapping[str, str],
        others: Sequence[Resource],
    ) -> Result:
        report = schema.Report()
        error: ReconcileError | None = None
        try:
            migrations = schema.read(
                files, f"ConfigMap {resource.spec['migrations']['configMapRef']['name']}"
            )
            options = self._options(resource)
            with session(where.url, where.ca) as connection:
                report.history = history(connection)
                _refuse_second(resource, report.history.database, others)
                schema.bring_up(connection, migrations, options, report)
        except ReconcileError as caught:
            error = caught
        return result(resource, report, error, self.now())

    def _options(self, resource: Resource) -> schema.Options:
        spec = resource.spec
        return schema.Options(
            baseline=int(spec.get("baseline", 0)),
            allow=parse_allow(spec.get("allow")),
            limits=limits(spec),
            approve=lambda plan: approved(resource, plan, self.now()),
            progress=self.progress,
        )


def limits(spec: Mapping[str, Any]) -> Limits:
    """The time limits that a resource asks for."""
    return Limits(
        lock_seconds=float(spec.get("lockTimeoutSeconds", 5)),
        statement_seconds=float(spec.get("statementTimeoutSeconds", 300)),
    )


async def _connection(resource: Resource, cluster: Cluster) -> Connection:
    spec: Mapping[str, Any] = resource.spec["connection"]

    async def value(reference: Mapping[str, Any]) -> str:
        name, key = str(reference["name"]), str(reference["key"])
        data = await cluster.secret(resource.namespace, name)
        if key not in data:
            msg = f"Secret {name!r} has no key {key!r}; add it, it is looked for again"
            raise ReconcileError(msg, reason="SecretKeyMissing")
        return data[key].decode()

    authority = spec.get("caSecretRef")
    if authority is None and spec.get("caKey"):
        authority = {"name": spec["secretRef"]["name"], "key": spec["caKey"]}
    url = (await value(spec["secretRef"])).strip()
    return Connection(url, None if authority is None else await value(authority))


def _refuse_second(resource: Resource, database: str, others: Sequence[Resource]) -> None:
    for other in others:
        if other.status.get("database") == database and _seniority(other) < _seniority(resource):
            msg = f"{other} is older and has this database already; delete one of the two"
            raise RefusedError(msg, reason="Conflict")


def _seniority(resource: Resource) -> tuple[datetime, bool, str]:
    return resource.seniority(manages=resource.condition("Ready").get("status") == "True")


def _drop(resource: Resource, where: Connection, others: Sequence[Resource]) -> Result:
    try:
        with session(where.url, where.ca) as connection:
            database = history(connection).database
            other = next((one for one in others if one.status.get("database") == database), None)
            if other is not None:
                message = f"nothing was dropped: {other} has the same database"
                return Result((), (Event("Warning", "Retained", message),), done=True)
            with run_lock(connection, DELETE_LOCK_SECONDS):
                count = drop_all(connection, limits(resource.spec))
    except RefusedError as error:
        return Result(stalled(error.reason, str(error)))
    except ReconcileError as error:
        return Result(working(error.reason, str(error)), failed=True)
    message = f"dropped what the migrations had made: {count} objects"
    return Result((), (Event("Normal", "Dropped", message),), done=True)
