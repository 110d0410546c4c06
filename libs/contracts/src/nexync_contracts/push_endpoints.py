"""The REST API about push notifications. A device is a session's: it ends with it."""

from typing import Final

from nexync_contracts import push_rest
from nexync_contracts.endpoint import Endpoint

PUSH: Final = Endpoint(
    name="push",
    service="svc-chat",
    method="GET",
    path="/api/push",
    summary="Whether push is on, for this installation and this device, and what it shows",
    answer=push_rest.PushView,
)
CHANGE_PUSH: Final = Endpoint(
    name="change_push",
    service="svc-chat",
    method="PATCH",
    path="/api/push",
    summary="Show the text of messages in notifications, or only that there is a new one",
    body=push_rest.PushSettingsBody,
    answer=push_rest.PushView,
)
KEEP_PUSH_DEVICE: Final = Endpoint(
    name="keep_push_device",
    service="svc-chat",
    method="PUT",
    path="/api/push/device",
    summary="Send notifications to this session's device; called again when its token changes",
    body=push_rest.PushDeviceBody,
    answer=push_rest.PushView,
)
END_PUSH_DEVICE: Final = Endpoint(
    name="end_push_device",
    service="svc-chat",
    method="DELETE",
    path="/api/push/device",
    summary="Send no more notifications to this session's device",
    answer=push_rest.PushView,
)

PUSH_ENDPOINTS: Final = (PUSH, CHANGE_PUSH, KEEP_PUSH_DEVICE, END_PUSH_DEVICE)
