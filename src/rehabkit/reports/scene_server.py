"""A small server for one page, so that a browser or a headset can open it.

It answers on this computer only unless told otherwise, to one secret address, and with this one page: no folder, no
other file. A request that calls the server by a name that isn't its own is refused, so that no foreign page can reach
it under a name that it points here (DNS rebinding).
"""

from __future__ import annotations

import secrets
import ssl
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from rehabkit.errors import InputError

LOCAL = "127.0.0.1"
PATIENCE_S = 20.0
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "xr-spatial-tracking=(self), camera=(), microphone=(), geolocation=()",
}


class SceneServer(ThreadingHTTPServer):
    """Serves one page at :attr:`url` until it is shut down.

    Parameters
    ----------
    page : the HTML.
    policy : its content security policy.
    host, port : where to listen; port 0 takes a free one.
    certificate : files of the certificate and its key, for HTTPS.

    Raises
    ------
    InputError
        If it can't listen there, or the certificate can't be used.
    """

    daemon_threads = True

    def __init__(
        self, page: str, policy: str, host: str = LOCAL, port: int = 0, certificate: tuple[Path, Path] | None = None
    ) -> None:
        self.content = page.encode()
        self.headers = HEADERS | {"Content-Security-Policy": f"{policy}; frame-ancestors 'none'"}
        self.path = f"/{secrets.token_urlsafe(12)}/"
        self.host, self.scheme = host, "https" if certificate else "http"
        context = None if certificate is None else _context(*certificate)
        try:
            super().__init__((host, port), _Handler)
        except (OSError, OverflowError) as error:
            raise InputError(
                f"--host and --port must be free, got '{error}' for {host}:{port}; choose others"
            ) from error
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def url(self) -> str:
        """Where the page is."""
        name = "localhost" if self.host == LOCAL else self.host
        return f"{self.scheme}://{name}:{self.server_port}{self.path}"

    def own(self, name: str) -> bool:
        """Whether the ``Host`` of a request is this server's own: its name, localhost, or any address in numbers."""
        host = name.rpartition(":")[0] if name.endswith(f":{self.server_port}") else name
        if host in ("localhost", self.host):
            return True
        try:
            ip_address(host.strip("[]"))
        except ValueError:
            return False
        return True

    def handle_error(self, *_: object) -> None:
        """Say nothing of a browser that hung up, or that doesn't trust the certificate: it tells its own user."""


class _Handler(BaseHTTPRequestHandler):
    """GET and HEAD of the one page."""

    server: SceneServer
    timeout = PATIENCE_S
    server_version, sys_version = "rehabkit", ""

    def do_GET(self) -> None:
        """Send the page."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Send only the headers."""
        self._answer(with_body=False)

    def _answer(self, with_body: bool) -> None:
        if not self.server.own(self.headers.get("Host", "")):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        elif self.path != self.server.path:
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            self.send_response(HTTPStatus.OK)
            for name, value in self.server.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(self.server.content)))
            self.end_headers()
            if with_body:
                self.wfile.write(self.server.content)

    def log_message(self, format: str, *_: object) -> None:
        """Keep no log of who looked at what."""


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:  # SSLError is one
        raise InputError(
            f"--https must be a certificate and its key as PEM, got '{error}' for {certificate} and {key}; "
            "docs/viewer.md says how to make them"
        ) from error
    return context
