"""The few fields of Kubernetes objects that the checks look at; everything else is ignored."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Map = Annotated[dict[str, str], Field(default_factory=dict)]


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Metadata(_Loose):
    name: str
    uid: str = ""
    labels: Map
    deleted: str | None = Field(alias="deletionTimestamp", default=None)


class Condition(_Loose):
    type: str
    status: str = ""
    reason: str = ""
    message: str = ""


class ContainerStatus(_Loose):
    name: str
    ready: bool = False
    restarts: int = Field(alias="restartCount", default=0)


class PodStatus(_Loose):
    phase: str = ""
    ip: str = Field(alias="podIP", default="")
    conditions: tuple[Condition, ...] = ()
    containers: tuple[ContainerStatus, ...] = Field(alias="containerStatuses", default=())


class ContainerPort(_Loose):
    name: str = ""
    number: int = Field(alias="containerPort")


class Container(_Loose):
    name: str
    image: str
    ports: tuple[ContainerPort, ...] = ()


class PodSpec(_Loose):
    containers: tuple[Container, ...] = ()


class Pod(_Loose):
    metadata: Metadata
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    @property
    def ready(self) -> bool:
        """Taking traffic, and not on its way out."""
        conditions = {condition.type: condition.status for condition in self.status.conditions}
        return conditions.get("Ready") == "True" and self.metadata.deleted is None

    @property
    def restarts(self) -> int:
        """How often its containers were started again."""
        return sum(container.restarts for container in self.status.containers)


class Pods(_Loose):
    items: tuple[Pod, ...] = ()


class Named(_Loose):
    metadata: Metadata


class NamedList(_Loose):
    items: tuple[Named, ...] = ()


class ServicePort(_Loose):
    name: str = ""
    port: int
    node_port: int = Field(alias="nodePort", default=0)


class ServiceSpec(_Loose):
    selector: Map
    ports: tuple[ServicePort, ...] = ()


class Service(_Loose):
    metadata: Metadata
    spec: ServiceSpec


class Services(_Loose):
    items: tuple[Service, ...] = ()


class Applied(_Loose):
    number: int


class CustomStatus(_Loose):
    applied: Applied | None = None
    conditions: tuple[Condition, ...] = ()
    partitions: int = 0


class Custom(_Loose):
    """A KafkaTopic or a PostgresSchema."""

    metadata: Metadata
    status: CustomStatus = CustomStatus()

    def condition(self, kind: str) -> Condition | None:
        """The condition of that type."""
        return next((found for found in self.status.conditions if found.type == kind), None)


class DeploymentStatus(_Loose):
    ready: int = Field(alias="readyReplicas", default=0)


class DeploymentSpec(_Loose):
    replicas: int = 1


class Deployment(_Loose):
    metadata: Metadata
    spec: DeploymentSpec = DeploymentSpec()
    status: DeploymentStatus = DeploymentStatus()


class NodeAddress(_Loose):
    type: str
    address: str


class NodeStatus(_Loose):
    addresses: tuple[NodeAddress, ...] = ()


class Node(_Loose):
    status: NodeStatus = NodeStatus()


class Nodes(_Loose):
    items: tuple[Node, ...] = ()


class PodReference(_Loose):
    name: str
    namespace: str


class Memory(_Loose):
    working_set: int = Field(alias="workingSetBytes", default=0)


class PodUsage(_Loose):
    pod: PodReference = Field(alias="podRef")
    memory: Memory = Memory()


class NodeUsage(_Loose):
    """What a kubelet says that its pods use."""

    pods: tuple[PodUsage, ...] = ()
