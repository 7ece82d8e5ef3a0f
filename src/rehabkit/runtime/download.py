"""Bytes from an https address: nothing but https, not even through a redirect, and never more than a limit."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from email.message import Message
from typing import IO
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from rehabkit.errors import InputError

LARGEST = 512 * 2**20
PATIENCE_S = 30.0
Download = Callable[[str, str], bytes]
"""(address, what to do when it can't be had) → its bytes."""


class _OnlyHttps(HTTPRedirectHandler):
    """Follows a redirect only to another https address."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> Request | None:
        if urlsplit(newurl).scheme != "https":
            raise URLError(f"redirected to {newurl}, which is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def download(url: str, otherwise: str, limit: int = LARGEST) -> bytes:
    """Return the bytes at an https address.

    Parameters
    ----------
    url : the address.
    otherwise : what a person can do instead, for the error.
    limit : most bytes.

    Raises
    ------
    InputError
        If it isn't https, can't be reached, or is larger than the limit.
    """
    if urlsplit(url).scheme != "https":
        raise InputError(f"address must be https, got {url}; {otherwise}")
    try:
        with build_opener(_OnlyHttps).open(url, timeout=PATIENCE_S) as answer:
            content: bytes = answer.read(limit + 1)
    except (OSError, http.client.HTTPException) as error:  # URLError is an OSError
        why = getattr(error, "reason", None) or error
        raise InputError(f"{url} must be reachable, got '{why}'; check the network, or {otherwise}") from error
    if len(content) > limit:
        raise InputError(f"{url} must hold at most {limit} bytes, got more; {otherwise}")
    return content
