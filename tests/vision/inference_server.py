"""An inference server that conforms to the Open Inference Protocol v2, and one fault at a time when told."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

LENGTH = "Inference-Header-Content-Length"


class InferenceServer(ThreadingHTTPServer):
    """One model; `fault` names what goes wrong with the next requests for inference."""

    daemon_threads = False  # closing waits for those who serve

    def __init__(
        self,
        network: Callable[[np.ndarray], np.ndarray],
        *,
        feed: tuple[int, ...],
        output: tuple[int, ...],
        binary: bool = True,
        extensions: tuple[str, ...] = ("binary_tensor_data",),
        batch: int = 0,
        names: tuple[str, str] = ("data", "output"),
    ) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.network = network
        self.feed, self.output = feed, output
        self.binary, self.extensions, self.batch = binary, extensions, batch
        self.names = names
        self.fault: str | None = None
        self.ready = True
        self.password: str | None = None
        self.batches: list[int] = []
        self.texts = 0
        self.connections = 0
        self.paths: list[str] = []
        self.released = threading.Event()
        self._sockets: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @contextlib.contextmanager
    def running(self) -> Iterator[InferenceServer]:
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self.released.set()
            self.shutdown()
            thread.join()
            for each in self._sockets:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            self.server_close()

    def process_request(self, request: socket.socket, client_address: object) -> None:
        """Remember who is connected."""
        self._sockets.append(request)
        super().process_request(request, client_address)

    def handle_error(self, _request: object, _address: object) -> None:
        """A client that leaves is no error here."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for head and body; two would wait for each other
    server: InferenceServer

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def log_message(self, *_args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        if not self._may():
            return
        feed, output = self.server.feed, self.server.output
        first = -1 if self.server.batch != 1 else 1
        told: dict[str, dict[str, Any]] = {
            "/v2": {"name": "test", "version": "1", "extensions": list(self.server.extensions)},
            "/v2/models/people": {
                "name": "people",
                "inputs": [
                    {"name": self.server.names[0], "datatype": "FP32", "shape": [first, *feed]}
                ],
                "outputs": [
                    {"name": self.server.names[1], "datatype": "FP32", "shape": [first, *output]}
                ],
            },
            "/v2/models/people/config": {"max_batch_size": self.server.batch},
        }
        if self.path == "/v2/health/ready":
            self._say(200 if self.server.ready else 503, b"")
        elif self.path in told:
            self._say(200, json.dumps(told[self.path]).encode())
        else:
            self._say(404, b"{}")

    def do_POST(self) -> None:
        self.server.paths.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._may() or self._fails():
            return
        length = self.headers.get(LENGTH)
        if length is not None and not self.server.binary:
            self._say(400, b'{"error": "no binary tensors here"}')
            return
        head = json.loads(body[: int(length)] if length else body)
        (tensor,) = head["inputs"]
        if length is None:
            self.server.texts += 1
            values = np.array(tensor["data"], np.float32)
        else:
            assert tensor["parameters"]["binary_data_size"] == len(body) - int(length)
            values = np.frombuffer(body[int(length) :], "<f4")
        assert (tensor["name"], tensor["datatype"]) == (self.server.names[0], "FP32")
        blob = values.reshape(tensor["shape"])
        if self.server.batch and len(blob) > self.server.batch:
            self._say(400, b'{"error": "too many frames"}')
            return
        self.server.batches.append(len(blob))
        self._answer(self.server.network(blob), binary=length is not None)

    def _answer(self, found: np.ndarray, *, binary: bool) -> None:
        fault = self.server.fault
        if fault == "not a number":
            found = np.full_like(found, np.nan)
        elif fault == "too few":
            found = found[:, :-1]
        elif fault == "one frame more":
            found = np.concatenate([found, found[:1]])
        shape = list(found.shape)
        if fault == "a lie about the shape":
            shape[-1] += 1
        output: dict[str, Any] = {"name": self.server.names[1], "datatype": "FP32", "shape": shape}
        if fault == "another name":
            output["name"] = "other"
        if fault == "another type":
            output["datatype"] = "INT64"
        if fault == "texts for numbers":
            output["data"] = ["1"] * found.size
        elif fault == "a ragged list":
            output["data"] = [[1, 2], [3]]
        elif not binary:
            output["data"] = found.ravel().tolist()
        if not binary or "data" in output:
            self._say(200, json.dumps({"outputs": [output]}).encode())
            return
        data = found.astype("<f4").tobytes()
        output["parameters"] = {"binary_data_size": len(data)}
        if fault == "a lie about the amount":
            output["parameters"] = {"binary_data_size": len(data) - 4}
        head = json.dumps({"outputs": [output]}).encode()
        length = "-5" if fault == "a length that is none" else str(len(head))
        self._say(200, head + data, {LENGTH: length})

    def _fails(self) -> bool:
        """Do what the fault says instead of an answer; True when nothing is left to say."""
        match self.server.fault:
            case "slow":
                self.server.released.wait(30)
                self.close_connection = True
            case "trickling":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                while not self.server.released.is_set():
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    time.sleep(0.02)
            case "closed":
                self.close_connection = True
            case "half an answer":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b"{")
                self.close_connection = True
            case "status 500" | "status 404" | "status 401" | "status 400":
                self._say(int(self.server.fault[-3:]), b"{}")
            case "redirect":
                self._say(307, b"", {"Location": "http://127.0.0.1:9/v2/models/people/infer"})
            case "no JSON":
                self._say(200, b"<html>")
            case "a list":
                self._say(200, b"[]")
            case "deep JSON":
                self._say(200, b"[" * 100_000)
            case "no outputs":
                self._say(200, b'{"outputs": 5}')
            case "a giant answer":
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                chunk = b"%x\r\n%s\r\n" % (65_536, b" " * 65_536)
                with contextlib.suppress(OSError):
                    for _ in range(10_000):
                        self.wfile.write(chunk)
                self.close_connection = True
            case "the claim of a giant answer":
                self.send_response(200)
                self.send_header("Content-Length", str(10**12))
                self.end_headers()
                self.close_connection = True
            case _:
                return False
        return True

    def _may(self) -> bool:
        """Ask for the password where there is one."""
        if (
            self.server.password is None
            or self.headers.get("Authorization") == self.server.password
        ):
            return True
        self._say(401, b"{}")
        return False

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
