"""Which contracts exist: found in the modules, so that a new model can't be forgotten."""

import inspect
from types import ModuleType
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from nexync_contracts import (
    admin_rest,
    attachment_rest,
    attachments,
    bot_rest,
    commands,
    email_rest,
    erasure_rest,
    errors,
    events,
    export_rest,
    factor_rest,
    frames,
    group_rest,
    hook_rest,
    instance_rest,
    jobs,
    message_commands,
    message_events,
    message_rest,
    own_rest,
    passkey_rest,
    profile_rest,
    provider_rest,
    push_jobs,
    push_rest,
    receipt_rest,
    receipts,
    report_rest,
    rest,
    scheduled_rest,
    search_rest,
    session,
)
from nexync_contracts.model import Exact, Tolerant

JsonSchema = dict[str, Any]

UNIONS: Final[dict[str, TypeAdapter[Any]]] = {
    "Event": events.event_adapter,
    "ClientFrame": frames.client_frame_adapter,
    "ServerFrame": frames.server_frame_adapter,
    "Command": TypeAdapter(commands.Command),
}
"""The closed, tagged unions by their name in the contracts."""

BROWSER_UNIONS: Final = ("Event", "ClientFrame", "ServerFrame")

_ALL: Final = (
    errors,
    attachments,
    message_events,
    events,
    message_commands,
    commands,
    frames,
    jobs,
    message_rest,
    own_rest,
    rest,
    search_rest,
    export_rest,
    group_rest,
    hook_rest,
    scheduled_rest,
    factor_rest,
    email_rest,
    erasure_rest,
    passkey_rest,
    profile_rest,
    provider_rest,
    receipt_rest,
    report_rest,
    push_rest,
    push_jobs,
    attachment_rest,
    receipts,
    session,
    bot_rest,
    instance_rest,
    admin_rest,
)
_BROWSER: Final = (
    errors,
    attachments,
    message_events,
    events,
    frames,
    message_rest,
    own_rest,
    rest,
    export_rest,
    group_rest,
    hook_rest,
    scheduled_rest,
    search_rest,
    factor_rest,
    email_rest,
    erasure_rest,
    passkey_rest,
    profile_rest,
    provider_rest,
    receipt_rest,
    report_rest,
    push_rest,
    bot_rest,
    instance_rest,
    admin_rest,
    attachment_rest,
)


def models_of(*modules: ModuleType) -> tuple[type[BaseModel], ...]:
    """The models that these modules define themselves, in the order of their source lines."""
    found: list[type[BaseModel]] = []
    for module in modules:
        own = [
            value
            for value in vars(module).values()
            if inspect.isclass(value)
            and issubclass(value, (Exact, Tolerant))
            and value.__module__ == module.__name__
        ]
        found += sorted(own, key=lambda model: inspect.getsourcelines(model)[1])
    return tuple(found)


def all_models() -> tuple[type[BaseModel], ...]:
    """Every contract."""
    return models_of(*_ALL)


def browser_models() -> tuple[type[BaseModel], ...]:
    """The contracts that a web client meets: REST bodies, frames, events, problems."""
    return models_of(*_BROWSER)


def is_request(model: type[BaseModel]) -> bool:
    """Whether a client writes it (Exact): fields with defaults may then be left out."""
    return issubclass(model, Exact)
