"""How the built client is served by nginx: its policy with script hashes, caching and the fallback.

The one source for the edge of one machine and for the image of svc-web, which runs this file alone
while it is built; therefore the standard library only, and no import from this package.
"""

import base64
import hashlib
import re
import sys
from pathlib import Path


def inline_script_hashes(web: Path) -> dict[str, list[str]]:
    """For each page of the built client, the CSP hashes of the scripts written inside it."""
    pages: dict[str, list[str]] = {}
    for page in sorted(web.rglob("*.html")):
        scripts = re.findall(
            r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", page.read_text(), re.DOTALL
        )
        hashes = {base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts}
        pages["/" + str(page.relative_to(web))] = [f"'sha256-{one}'" for one in sorted(hashes)]
    return pages


_HEADERS = """
        add_header Content-Security-Policy $content_policy always;
        add_header X-Content-Type-Options nosniff always;
        add_header X-Frame-Options DENY always;
        add_header Referrer-Policy strict-origin-when-cross-origin always;
        add_header Permissions-Policy "geolocation=(), payment=(), usb=(), publickey-credentials-get=(self)" always;
        add_header Cross-Origin-Opener-Policy same-origin always;
        add_header Cross-Origin-Resource-Policy same-origin always;"""

_POLICY = (
    "default-src 'self'; script-src 'self' $script_hashes; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self' ws://$http_host wss://$http_host https://firebaseinstallations.googleapis.com "
    "https://fcmregistrations.googleapis.com; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


def maps(web: Path) -> str:
    """The maps of nginx's http block that give each page below `web` its policy."""
    hashes = "\n".join(
        f'        {page} "{" ".join(found)}";'
        for page, found in inline_script_hashes(web).items()
        if found
    )
    return f"""    map $uri $script_hashes {{
        default "";
{hashes}
    }}
    map $uri $content_policy {{
        default "{_POLICY}";
    }}
"""


def locations(path: str) -> str:
    """The locations of a server block that serve the client at `path`; others are its fallback."""
    return f"""
        location /_next/static/ {{
            add_header Cache-Control "public, max-age=31536000, immutable";
            add_header X-Content-Type-Options nosniff;
            add_header Cross-Origin-Resource-Policy same-origin;
            try_files $uri =404;
        }}
        location {path} {{
            add_header Cache-Control no-cache always;{_HEADERS.replace("        add", "            add")}
            try_files $uri $uri.html ${{uri}}index.html /index.html;
        }}"""


def main() -> None:
    """`page.py WEB FOLDER`: write `page-maps.conf` and `page-locations.conf` for nginx to include."""
    web, folder = map(Path, sys.argv[1:3])
    folder.mkdir(parents=True, exist_ok=True)
    _ = (folder / "page-maps.conf").write_text(maps(web))
    _ = (folder / "page-locations.conf").write_text(locations("/").lstrip("\n") + "\n")


if __name__ == "__main__":
    main()
