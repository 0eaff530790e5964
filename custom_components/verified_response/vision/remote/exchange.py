"""One request, one answer, over a connection that is kept; each ends by its deadline, whatever the network does."""

import base64
import contextlib
import http.client
import queue
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

PORTS: Final = {"http": http.client.HTTP_PORT, "https": http.client.HTTPS_PORT}
SCHEMES: Final = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
# What a kept connection says when the server closed it while nobody looked; asked again once, on a new one.
STALE: Final = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


class ServerUnreachable(Exception):  # noqa: N818 - reads as what happened
    """No answer, or not now; `gone` when the connection itself failed. The text never holds the address."""

    def __init__(self, why: str, *, gone: bool = False) -> None:
        super().__init__(why)
        self.gone = gone


class ServerWrong(Exception):  # noqa: N818 - reads as what happened
    """It answered what no such model could mean."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where the server is; credentials go into a header and nowhere else."""

    scheme: str
    host: str
    port: int
    path: str
    authorization: str | None = field(repr=False)


class Reply(NamedTuple):
    """What came back; the names of headers are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Request(NamedTuple):
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None
    until: float
    most: int


def address_of(url: str) -> Address:
    """Read a server's address; raises ValueError, which does not repeat it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("no address of a server") from None
    if parts.scheme not in SCHEMES or not host:
        raise ValueError("no address of a server")
    authorization = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + base64.b64encode(pair.encode()).decode()
    return Address(
        scheme=parts.scheme,
        host=host,
        # Always given: http.client would take the end of an IPv6 address for a port.
        port=PORTS[parts.scheme] if port is None else port,
        path=parts.path.rstrip("/"),
        authorization=authorization,
    )


class Exchange:
    """A connection to one server; redirects are not followed. Not safe for use from several threads."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: http.client.HTTPConnection | None = None
        self._stuck: threading.Thread | None = None

    def ask(
        self,
        method: str,
        path: str,
        *,
        until: float,
        most: int,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """Return the answer, at most `most` bytes; raises ServerUnreachable, ServerWrong.

        It is waited for in a thread, because looking up a name, or a server that sends a byte now and
        then, would otherwise take as long as it likes.
        """
        if self._stuck is not None and self._stuck.is_alive():
            raise ServerUnreachable("the last request still hangs")
        more = {"Authorization": self._address.authorization} if self._address.authorization else {}
        request = _Request(
            method, self._address.path + path, dict(headers or {}) | more, body, until, most
        )
        answer: queue.SimpleQueue[Reply | Exception] = queue.SimpleQueue()
        thread = threading.Thread(target=self._work, args=(request, answer), daemon=True)
        thread.start()
        try:
            said = answer.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            self._stuck = thread
            self._abandon()
            raise ServerUnreachable("no answer in time") from None
        if isinstance(said, Exception):
            raise said
        return said

    def _work(self, request: _Request, answer: queue.SimpleQueue[Reply | Exception]) -> None:
        """Ask, on a new connection when the kept one turns out to be closed."""
        try:
            try:
                kept = self._connection is not None
                answer.put(self._once(request))
            except STALE:
                if not kept:
                    raise
                answer.put(self._once(request))
        except ServerWrong as wrong:
            answer.put(wrong)
        except Exception as error:  # noqa: BLE001 - sockets, TLS and malformed answers raise what they like
            answer.put(ServerUnreachable(type(error).__name__, gone=True))

    def _once(self, request: _Request) -> Reply:
        """Ask once; the connection is kept when that went well."""
        left = max(0.001, request.until - time.monotonic())
        connection = self._connection
        if connection is None:
            address = self._address
            connection = SCHEMES[address.scheme](address.host, address.port, timeout=left)
            self._connection = connection
        elif connection.sock is not None:
            connection.sock.settimeout(left)
        try:
            connection.request(request.method, request.path, request.body, dict(request.headers))
            response = connection.getresponse()
            data = _bounded(response, request.most)
            told = {name.lower(): value for name, value in response.getheaders()}
        except BaseException:
            self._connection = None
            connection.close()
            raise
        return Reply(response.status, told, data)

    def _abandon(self) -> None:
        """Free the thread that waits; the next request makes a connection of its own."""
        connection, self._connection = self._connection, None
        if connection is not None and (sock := connection.sock) is not None:
            # The socket's own shutdown: that of TLS would take the session from under the reader.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _bounded(response: http.client.HTTPResponse, most: int) -> bytes:
    """Return the body; raises ServerWrong when it is, or claims to be, larger than it may be."""
    claimed = response.length
    if (claimed or 0) > most or len(data := response.read(most + 1)) > most:
        raise ServerWrong("answer too large")
    if claimed is not None and len(data) < claimed:
        raise http.client.IncompleteRead(data)
    return data
