"""OpenAPI 3.1 from the endpoint table."""

import json
import re
from typing import Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from nexync_contracts.channels import ACCESS_COOKIE
from nexync_contracts.endpoint import Endpoint, Query
from nexync_contracts.endpoints import ENDPOINTS
from nexync_contracts.errors import Problem, ProblemCode
from nexync_contracts_gen.catalog import JsonSchema, is_request

_REF: Final = "#/components/schemas/{model}"
_UUID: Final[JsonSchema] = {"type": "string", "format": "uuid"}
_WORD: Final[JsonSchema] = {"type": "string", "pattern": "^[a-z0-9-]{1,32}$"}

_BYTES: Final[JsonSchema] = {"application/octet-stream": {"schema": {}}}

_STATUS: Final = {
    ProblemCode.VALIDATION: 422,
    ProblemCode.UNAUTHENTICATED: 401,
    ProblemCode.FORBIDDEN: 403,
    ProblemCode.FOREIGN_ORIGIN: 403,
    ProblemCode.NOT_CONNECTED: 403,
    ProblemCode.NOT_VERIFIED: 403,
    ProblemCode.NOT_FOUND: 404,
    ProblemCode.CONFLICT: 409,
    ProblemCode.REJECTED: 409,
    ProblemCode.USERNAME_TAKEN: 409,
    ProblemCode.SECOND_FACTOR: 403,
    ProblemCode.SECOND_FACTOR_NEEDED: 403,
    ProblemCode.PASSKEY_NEEDED: 403,
    ProblemCode.FACTOR_STAYS: 409,
    ProblemCode.PROOF_NEEDED: 403,
    ProblemCode.LOGIN_OVER: 410,
    ProblemCode.FACTOR_UNAVAILABLE: 503,
    ProblemCode.PASSKEY_REFUSED: 403,
    ProblemCode.PASSKEY_UNAVAILABLE: 503,
    ProblemCode.PASSWORD_CHANGE_NEEDED: 403,
    ProblemCode.PROVIDER_AWAY: 503,
    ProblemCode.PROVIDER_REFUSED: 403,
    ProblemCode.PROVIDER_CANCELLED: 403,
    ProblemCode.ADDRESS_NOT_VERIFIED: 403,
    ProblemCode.LINK_NEEDED: 409,
    ProblemCode.LINKED_ELSEWHERE: 409,
    ProblemCode.LAST_WAY_IN: 409,
    ProblemCode.REGISTRATION_CLOSED: 403,
    ProblemCode.INVITATION_OVER: 410,
    ProblemCode.DEACTIVATED: 403,
    ProblemCode.FRESH_LOGIN_NEEDED: 403,
    ProblemCode.FILE_REFUSED: 422,
    ProblemCode.QUOTA_FULL: 409,
    ProblemCode.WRONG_CODE: 400,
    ProblemCode.CODE_SPENT: 410,
    ProblemCode.LINK_SPENT: 410,
    ProblemCode.WRONG_PASSWORD: 403,
    ProblemCode.WRONG_CREDENTIALS: 401,
    ProblemCode.BAD_CURSOR: 400,
    ProblemCode.TOO_LARGE: 413,
    ProblemCode.TOO_MANY: 429,
    ProblemCode.TOO_FAST: 429,
    ProblemCode.INTERNAL: 500,
    ProblemCode.NOT_YET: 503,
    ProblemCode.UNAVAILABLE: 503,
}


def _schemas() -> dict[str, JsonSchema]:
    models: list[type[BaseModel]] = []
    for endpoint in ENDPOINTS:
        models += [model for model in (endpoint.body, endpoint.answer) if model is not None]
    unique = sorted(set(models), key=lambda model: model.__name__)
    _, schema = models_json_schema(
        [
            *((model, "validation" if is_request(model) else "serialization") for model in unique),
            # What a problem has nothing to say about is left out of it.
            (Problem, "validation"),
        ],
        ref_template=_REF,
    )
    found: dict[str, JsonSchema] = schema["$defs"]
    # Unlike other answers a problem leaves out what it doesn't have.
    problem = found[Problem.__name__]
    problem["required"] = [
        name for name in problem["required"] if Problem.model_fields[name].default is not None
    ]
    return found


def _reference(model: type[BaseModel]) -> JsonSchema:
    return {"$ref": _REF.format(model=model.__name__)}


def _parameters(endpoint: Endpoint) -> list[JsonSchema]:
    found: list[JsonSchema] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": _WORD if name in endpoint.words else _UUID,
        }
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]
    found += [_query(query) for query in endpoint.query]
    if endpoint.idempotent_by_key:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": _UUID,
                "description": "becomes the command's id; a repetition has the same outcome",
            }
        )
    return found


def _query(query: Query) -> JsonSchema:
    bounds: JsonSchema
    if query.kind == "integer":
        bounds = {"type": "integer", "minimum": query.minimum, "maximum": query.maximum}
    else:
        bounds = {"type": "string", "minLength": query.minimum, "maxLength": query.maximum}
    parameter: JsonSchema = {
        "name": query.name,
        "in": "query",
        "required": query.required,
        "schema": bounds,
    }
    if query.description:
        parameter["description"] = query.description
    return parameter


def _problems(endpoint: Endpoint) -> dict[int, list[str]]:
    codes = {*endpoint.errors, ProblemCode.INTERNAL, ProblemCode.UNAVAILABLE}
    if not endpoint.open:
        codes |= {ProblemCode.UNAUTHENTICATED, ProblemCode.TOO_FAST}
        if not endpoint.setup:
            codes.add(ProblemCode.SECOND_FACTOR_NEEDED)
    if endpoint.method != "GET":
        codes.add(ProblemCode.FOREIGN_ORIGIN)
    if endpoint.body is not None or endpoint.takes == "bytes":
        codes.add(ProblemCode.TOO_LARGE)
    if endpoint.paged:
        codes.add(ProblemCode.BAD_CURSOR)
    if endpoint.body is not None or endpoint.query or "{" in endpoint.path:
        codes.add(ProblemCode.VALIDATION)
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes):
        by_status.setdefault(_STATUS[code], []).append(code.value)
    if any(query.kind == "text" for query in endpoint.query):
        # Of the edge, which takes a request line of 8 KiB at most.
        by_status[414] = [ProblemCode.TOO_LARGE.value]
    return dict(sorted(by_status.items()))


def _responses(endpoint: Endpoint) -> JsonSchema:
    done: JsonSchema = {"description": "Done"}
    if endpoint.answer is not None:
        media = "application/x-ndjson" if endpoint.lines else "application/json"
        done["content"] = {media: {"schema": _reference(endpoint.answer)}}
    responses: JsonSchema = {str(endpoint.status): done}
    if endpoint.gives == "zip":
        done["content"] = {"application/zip": {"schema": {}}}
    if endpoint.gives == "bytes":
        done["content"] = _BYTES
        responses["206"] = {"description": "The range that was asked for", "content": _BYTES}
        responses["304"] = {"description": "As it was, by its ETag"}
    if endpoint.name == "create_chat":
        responses["200"] = {**done, "description": "The private chat was there already"}
    if endpoint.revalidated:
        done["headers"] = {"ETag": {"schema": {"type": "string"}}}
        responses["304"] = {"description": "The answer that `If-None-Match` names still holds"}
    for status, codes in _problems(endpoint).items():
        responses[str(status)] = {
            "description": "Problem: " + ", ".join(codes),
            "content": {"application/problem+json": {"schema": _reference(Problem)}},
        }
    return dict(sorted(responses.items()))


def _operation(endpoint: Endpoint) -> JsonSchema:
    operation: JsonSchema = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.service],
        "parameters": _parameters(endpoint),
        "responses": _responses(endpoint),
    }
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _reference(endpoint.body)}},
        }
    if endpoint.takes == "bytes":
        operation["requestBody"] = {"required": True, "content": _BYTES}
    if endpoint.open:
        operation["security"] = []
    elif endpoint.bots:
        operation["security"] = [{"cookie": []}, {"bot": []}]
    return operation


def render() -> str:
    """The whole of `openapi.json`."""
    paths: dict[str, JsonSchema] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    document: JsonSchema = {
        "openapi": "3.1.0",
        "info": {
            "title": "Nexync REST API",
            "version": "1",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "security": [{"cookie": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "cookie": {"type": "apiKey", "in": "cookie", "name": ACCESS_COOKIE},
                "bot": {"type": "http", "scheme": "bearer", "description": "A bot's token"},
            },
            "schemas": _schemas(),
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
