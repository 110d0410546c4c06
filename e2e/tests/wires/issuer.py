"""An issuer of OpenID Connect on this machine, which says of everybody who comes that it is the next person."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

CLIENT: Final = "nexync"
SECRET: Final = "secret"
_KEY: Final = generate_private_key(65_537, 2048)


class Issuer:
    """`person` are the claims of who comes next; a code is good once, with the verifier that it was asked for with."""

    def __init__(self) -> None:
        self.address = ""
        self.person: dict[str, Any] = {}
        self._codes: dict[str, tuple[dict[str, str], dict[str, Any]]] = {}

    @contextmanager
    def open(self) -> Generator["Issuer"]:
        """Listen on a free port for the block."""
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._tell(issuer.answer(self.path, ""))

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                self._tell(issuer.answer(self.path, self.rfile.read(length).decode()))

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
                del format, args

            def _tell(self, answer: dict[str, Any] | str) -> None:
                self.send_response(302 if isinstance(answer, str) else 200)
                if isinstance(answer, str):
                    self.send_header("Location", answer)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                if not isinstance(answer, str):
                    self.wfile.write(json.dumps(answer).encode())

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://localhost:{server.server_address[1]}"
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield self
        finally:
            server.shutdown()
            serving.join()
            server.server_close()

    def answer(self, path: str, body: str) -> dict[str, Any] | str:
        """JSON, or where to go."""
        url = urlsplit(path)
        match url.path:
            case "/.well-known/openid-configuration":
                return {
                    "issuer": self.address,
                    "authorization_endpoint": f"{self.address}/authorize",
                    "token_endpoint": f"{self.address}/token",
                    "jwks_uri": f"{self.address}/jwks",
                }
            case "/jwks":
                public = RSAAlgorithm.to_jwk(_KEY.public_key(), as_dict=True)
                return {"keys": [{**public, "kid": "one", "use": "sig"}]}
            case "/authorize":
                asked = _single(url.query)
                code = secrets.token_urlsafe(16)
                self._codes[code] = (asked, dict(self.person))
                back = {"code": code, "state": asked["state"]}
                return f"{asked['redirect_uri']}?{urlencode(back)}"
            case "/token":
                return self._redeemed(_single(body))
            case _:
                return {}

    def _redeemed(self, form: dict[str, str]) -> dict[str, Any]:
        asked, person = self._codes.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        assert asked["code_challenge"] == challenge
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **person,
        }
        token = jwt.encode(claims, _KEY, algorithm="RS256", headers={"kid": "one"})
        return {"access_token": "a", "token_type": "Bearer", "id_token": token}


def _single(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}
