"""Providers over HTTP on this machine: an issuer of OpenID Connect and a GitHub, which can also misbehave."""

import asyncio
import base64
import hashlib
import secrets
import socket
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from nexync_runtime.server import BoundServer

CLIENT = "nexync-client"
SECRET = "nexync-secret"
RSA: RSAPrivateKey = generate_private_key(65_537, 2048)
OTHER_RSA: RSAPrivateKey = generate_private_key(65_537, 2048)


@asynccontextmanager
async def serving(app: ASGIApp, listening: socket.socket) -> AsyncGenerator[None]:
    """The application over HTTP, for as long as it is needed."""
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = BoundServer(config)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listening]))
        try:
            yield
        finally:
            server.should_exit = True


def listen() -> tuple[socket.socket, str]:
    """A socket of this machine, and its address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return listening, f"http://127.0.0.1:{listening.getsockname()[1]}"


def _challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass
class Faults:
    """What a provider does wrong; nothing to begin with."""

    claims: dict[str, Any] = field(default_factory=dict[str, Any])
    """Put over the right ones; None takes one out."""
    key: RSAPrivateKey = RSA
    algorithm: str = "RS256"
    kid: str = "one"
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    answers: dict[str, Response] = field(default_factory=dict[str, Response])
    """In place of the right answer, by the path."""
    hang: str = ""
    """A path that never answers."""
    error: str = ""
    """What the authorization says instead of a code."""


class Base:
    """What both kinds share: codes that are good once, with PKCE."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.faults = Faults()
        self.asked: list[dict[str, str]] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.paths: list[str] = []
        self.access: list[str] = []
        """The access tokens that were given out."""
        self.shown: list[str] = []
        """And those that came back."""

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        self.paths.append(path)
        if self.faults.hang == path:
            await asyncio.Event().wait()
        if path in self.faults.answers:
            return self.faults.answers[path]
        return await self.right(request, path)

    async def right(self, request: Request, path: str) -> Response:
        raise NotImplementedError

    def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        back = {"state": asked["state"]}
        if self.faults.error:
            back["error"] = self.faults.error
        else:
            code = secrets.token_urlsafe(8)
            self.codes[code] = asked
            back["code"] = code
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def redeem(self, request: Request) -> dict[str, str] | None:
        """What the code's authorization asked for; None for a wrong code, verifier, address or secret."""
        form = {name: found[0] for name, found in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        basic = request.headers.get("authorization", "").removeprefix("Basic ")
        given = base64.b64decode(basic).decode() if basic else ""
        given = given or f"{form.get('client_id')}:{form.get('client_secret')}"
        good = (
            asked is not None
            and given == f"{CLIENT}:{SECRET}"
            and asked["code_challenge_method"] == "S256"
            and asked["code_challenge"] == _challenge_of(form["code_verifier"])
            and asked["redirect_uri"] == form["redirect_uri"]
        )
        return asked if good else None

    def access_token(self) -> str:
        """A new one."""
        self.access.append(secrets.token_urlsafe(24))
        return self.access[-1]

    def let_in(self, request: Request) -> bool:
        """Whether it shows a token that was given out."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.shown.append(given)
        return given in self.access

    def app(self) -> ASGIApp:
        routes = [Route("/{path:path}", self.answer, methods=["GET", "POST"])]
        return Starlette(routes=routes)


class Issuer(Base):
    """OpenID Connect."""

    person: dict[str, Any]

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.person = {
            "sub": "ada-1",
            "email": "Ada@Example.org",
            "email_verified": True,
            "name": "Ada Lovelace",
        }
        self.in_token = True
        """Whether the ID token has the person's claims, or only the userinfo endpoint."""

    async def right(self, request: Request, path: str) -> Response:
        match path:
            case "/.well-known/openid-configuration":
                return JSONResponse(
                    {
                        "issuer": self.address,
                        "authorization_endpoint": f"{self.address}/authorize",
                        "token_endpoint": f"{self.address}/token",
                        "jwks_uri": f"{self.address}/jwks",
                        "userinfo_endpoint": f"{self.address}/userinfo",
                        **self.faults.metadata,
                    }
                )
            case "/authorize":
                return self.authorize(request)
            case "/token":
                asked = await self.redeem(request)
                if asked is None:
                    return JSONResponse({"error": "invalid_grant"}, 400)
                token = {
                    "access_token": self.access_token(),
                    "token_type": "Bearer",
                    "expires_in": 60,
                    "refresh_token": self.access_token(),
                }
                return JSONResponse({**token, "id_token": self.token(asked)})
            case "/jwks":
                keys = [{**self.jwk(RSA), "kid": "one", "use": "sig"}]
                return JSONResponse({"keys": keys})
            case "/userinfo" if self.let_in(request):
                return JSONResponse(self.person)
            case _:
                return PlainTextResponse("nothing here", 404)

    def jwk(self, key: RSAPrivateKey) -> dict[str, Any]:
        return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        person = self.person if self.in_token else {"sub": self.person["sub"]}
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **person,
            **self.faults.claims,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        faults = self.faults
        key: Any = faults.key if faults.algorithm.startswith("RS") else SECRET * 3
        if faults.algorithm == "none":
            key = None
        return jwt.encode(kept, key, algorithm=faults.algorithm, headers={"kid": faults.kid})


class Github(Base):
    """A GitHub with its API below /api/v3."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.user: dict[str, Any] = {"id": 42, "login": "Ada-L", "name": None}
        self.emails: list[dict[str, Any]] = [
            {"email": "old@example.org", "primary": False, "verified": True},
            {"email": "ada@example.org", "primary": True, "verified": True},
        ]

    async def right(self, request: Request, path: str) -> Response:
        if path == "/login/oauth/authorize":
            return self.authorize(request)
        if path == "/login/oauth/access_token":
            asked = await self.redeem(request)
            if asked is None:
                return JSONResponse({"error": "bad_verification_code"})
            token = self.access_token()
            return JSONResponse({"access_token": token, "token_type": "bearer", "scope": "x"})
        if not self.let_in(request):
            return JSONResponse({"message": "Bad credentials"}, 401)
        if path == "/api/v3/user":
            return JSONResponse(self.user)
        return JSONResponse(self.emails)


def returned(location: str) -> dict[str, str]:
    """The query of the address that the provider sends the browser to."""
    return {name: found[0] for name, found in parse_qs(urlsplit(location).query).items()}
