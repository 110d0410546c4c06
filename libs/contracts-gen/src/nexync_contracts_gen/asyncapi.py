"""AsyncAPI 3 of everything that isn't REST: the WebSocket's frames, the command log, jobs, published events."""

import json
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from nexync_contracts import channels
from nexync_contracts.commands import CommandEnvelope, Outcome
from nexync_contracts.frames import client_frame_adapter, server_frame_adapter
from nexync_contracts.jobs import (
    EmailChangedJob,
    EmailCodeJob,
    PasswordChangedJob,
    ResetPasswordJob,
    SecondFactorJob,
    VerificationCodeJob,
    WelcomeJob,
)
from nexync_contracts.session import SessionEnded
from nexync_contracts_gen.catalog import JsonSchema

_REF: Final = "#/components/schemas/{model}"

_MESSAGES: Final[tuple[tuple[str, TypeAdapter[Any], JsonSchemaMode, str], ...]] = (
    ("clientFrame", client_frame_adapter, "validation", "A frame from a client, told apart by `t`"),
    (
        "serverFrame",
        server_frame_adapter,
        "serialization",
        "A frame to a client, told apart by `t`",
    ),
    (
        "command",
        TypeAdapter(CommandEnvelope),
        "serialization",
        "A command; the record's key is its stream, its partition the stream's own",
    ),
    ("outcome", TypeAdapter(Outcome), "serialization", "What became of a command"),
    (
        "sessionEnded",
        TypeAdapter(SessionEnded),
        "serialization",
        "Sockets of this session close now",
    ),
    (
        "verificationCode",
        TypeAdapter(VerificationCodeJob),
        "serialization",
        "Send the one-time code by mail",
    ),
    (
        "resetPassword",
        TypeAdapter(ResetPasswordJob),
        "serialization",
        "Send the link that replaces a forgotten password",
    ),
    (
        "passwordChanged",
        TypeAdapter(PasswordChangedJob),
        "serialization",
        "Tell the owner that the password is another now",
    ),
    ("welcome", TypeAdapter(WelcomeJob), "serialization", "Greet somebody new"),
    (
        "secondFactor",
        TypeAdapter(SecondFactorJob),
        "serialization",
        "Tell the owner what became of the second factor",
    ),
    ("emailCode", TypeAdapter(EmailCodeJob), "serialization", "Send a code to another address"),
    (
        "emailChanged",
        TypeAdapter(EmailChangedJob),
        "serialization",
        "Tell the owner that the address is another now",
    ),
)


def _messages() -> tuple[JsonSchema, dict[str, JsonSchema]]:
    schemas: dict[str, JsonSchema] = {}
    messages: JsonSchema = {}
    for name, adapter, mode, summary in _MESSAGES:
        schema = adapter.json_schema(mode=mode, ref_template=_REF)
        schemas.update(schema.pop("$defs", {}))
        messages[name] = {
            "name": name,
            "summary": summary,
            "contentType": "application/json",
            "payload": schema,
        }
    return messages, dict(sorted(schemas.items()))


def _channel(address: str, description: str, *messages: str, **more: object) -> JsonSchema:
    references = {name: {"$ref": f"#/components/messages/{name}"} for name in messages}
    return {"address": address, "description": description, "messages": references, **more}


def _parameter(description: str) -> JsonSchema:
    return {"description": description}


def _operation(action: str, channel: str, summary: str, *messages: str) -> JsonSchema:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }


def render() -> str:
    """The whole of `asyncapi.json`. Operations are written from the side of the services."""
    messages, schemas = _messages()
    stream = _parameter("`c:` and the id of a chat, or `p:` and the id of a person")
    document: JsonSchema = {
        "asyncapi": "3.0.0",
        "info": {"title": "Nexync frames, commands and jobs", "version": "1"},
        "channels": {
            "socket": _channel("/ws", "The WebSocket, JSON text", "clientFrame", "serverFrame"),
            "log": _channel(channels.CHAT_TOPIC, "Kafka: the command log", "command"),
            "deadLetters": _channel(
                channels.CHAT_DLQ_TOPIC, "Kafka: records that no version can read", "command"
            ),
            "stream": _channel(
                "s:{stream}",
                "Redis Pub/Sub. A header line `<kind> <epoch> <seq>` comes before the JSON;"
                " kinds: e event, m event of membership, o outcome for the person, x control",
                "serverFrame",
                "sessionEnded",
                parameters={"stream": stream},
            ),
            "replies": _channel(
                "r:{instance}",
                "Redis Pub/Sub: outcomes of the commands that an instance admitted",
                "outcome",
                parameters={"instance": _parameter("`reply_to` of the command")},
            ),
            "verificationCode": _channel(
                channels.VERIFICATION_QUEUE, "RabbitMQ, durable, confirmed", "verificationCode"
            ),
            "resetPassword": _channel(
                channels.RESET_QUEUE,
                "RabbitMQ, durable, confirmed",
                "resetPassword",
                "passwordChanged",
            ),
            "welcome": _channel(channels.WELCOME_QUEUE, "RabbitMQ, durable, confirmed", "welcome"),
            "secondFactor": _channel(
                channels.FACTOR_QUEUE, "RabbitMQ, durable, confirmed", "secondFactor"
            ),
            "emailChange": _channel(
                channels.EMAIL_QUEUE, "RabbitMQ, durable, confirmed", "emailCode", "emailChanged"
            ),
        },
        "operations": {
            "takeFrame": _operation("receive", "socket", "A client speaks", "clientFrame"),
            "sendFrame": _operation("send", "socket", "A client hears", "serverFrame"),
            "admitCommand": _operation("send", "log", "A command was admitted", "command"),
            "decideCommand": _operation("receive", "log", "A command is decided", "command"),
            "publishEvent": _operation(
                "send",
                "stream",
                "An event, outcome or control is told",
                "serverFrame",
                "sessionEnded",
            ),
            "publishOutcome": _operation("send", "replies", "An outcome is told", "outcome"),
            "queueCode": _operation(
                "send", "verificationCode", "A code must be mailed", "verificationCode"
            ),
            "queueReset": _operation(
                "send",
                "resetPassword",
                "A link or a notice about a password must be mailed",
                "resetPassword",
                "passwordChanged",
            ),
            "mailReset": _operation(
                "receive",
                "resetPassword",
                "A link or a notice about a password is mailed",
                "resetPassword",
                "passwordChanged",
            ),
            "queueWelcome": _operation("send", "welcome", "A greeting must be mailed", "welcome"),
            "mailWelcome": _operation("receive", "welcome", "A greeting is mailed", "welcome"),
            "queueSecondFactor": _operation(
                "send", "secondFactor", "A notice about a factor must be mailed", "secondFactor"
            ),
            "mailSecondFactor": _operation(
                "receive", "secondFactor", "A notice about a factor is mailed", "secondFactor"
            ),
            "queueEmailChange": _operation(
                "send",
                "emailChange",
                "A code or a notice about an address must be mailed",
                "emailCode",
                "emailChanged",
            ),
            "mailEmailChange": _operation(
                "receive",
                "emailChange",
                "A code or a notice about an address is mailed",
                "emailCode",
                "emailChanged",
            ),
            "mailCode": _operation(
                "receive", "verificationCode", "A code is mailed", "verificationCode"
            ),
        },
        "components": {"messages": messages, "schemas": schemas},
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
