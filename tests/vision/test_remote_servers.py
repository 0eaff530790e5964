"""The remote engine against servers of other people: MLServer, and KServe's, installed beside, each with a small model."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from custom_components.verified_response.vision.card import load_card
from custom_components.verified_response.vision.remote import RemoteEngine
from custom_components.verified_response.vision.self_test import porch, porch_with_person
from tests.vision import little_network

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(400)]

MLSERVER, KSERVE = "mlserver==1.7.1", "kserve==0.21.0"
INSTALL_S, START_S = 300, 60

MLSERVER_MODEL = """
    from mlserver import MLModel
    from mlserver.codecs import NumpyCodec
    from mlserver.types import InferenceResponse, MetadataTensor
    import little_network as net

    class Little(MLModel):
        async def load(self):
            feed, output = [-1, 3, net.SIDE, net.SIDE], [-1, net.ROWS, net.COLUMNS]
            self.inputs = [MetadataTensor(name=net.INPUT, datatype="FP32", shape=feed)]
            self.outputs = [MetadataTensor(name=net.OUTPUT, datatype="FP32", shape=output)]
            return True

        async def predict(self, payload):
            found = net.run(NumpyCodec.decode_input(payload.inputs[0]))
            output = NumpyCodec.encode_output(net.OUTPUT, found)
            return InferenceResponse(model_name=self.name, outputs=[output])
"""
MLSERVER_SETTINGS = """{"host": "127.0.0.1", "http_port": PORT, "grpc_port": GRPC,
    "metrics_endpoint": null, "parallel_workers": 0, "debug": false}"""
MLSERVER_MODEL_SETTINGS = '{"name": "people", "implementation": "model.Little"}'

# KServe listens everywhere; here its application is served on the loopback alone.
KSERVE_MAIN = """
    import sys
    import uvicorn
    from kserve import InferOutput, InferResponse, Model
    from kserve.model_repository import ModelRepository
    from kserve.model_server import app
    from kserve.protocol.dataplane import DataPlane
    from kserve.protocol.model_repository_extension import ModelRepositoryExtension
    from kserve.protocol.rest.server import RESTServer
    import little_network as net

    class Little(Model):
        def __init__(self):
            super().__init__("people")
            self.ready = True

        async def predict(self, payload, headers=None, response_headers=None):
            found = net.run(payload.inputs[0].as_numpy())
            output = InferOutput(name=net.OUTPUT, shape=list(found.shape), datatype="FP32")
            binary = (payload.parameters or {}).get("binary_data_output")
            output.set_data_from_numpy(found, binary_data=bool(binary and getattr(binary, "bool_param", binary)))
            return InferResponse(response_id="1", model_name="people", infer_outputs=[output])

    models = ModelRepository()
    models.update(Little())
    data_plane = DataPlane(model_registry=models)
    extension = ModelRepositoryExtension(model_registry=models)
    rest = RESTServer("main", data_plane, extension, 0)
    rest.create_application()
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
"""


def install(folder: Path, requirement: str) -> Path:
    """Return a Python that has a package; skip where none can be fetched."""
    if os.environ.get("VERIFIED_RESPONSE_OFFLINE"):
        pytest.skip("nothing may be fetched")
    uv, python = [sys.executable, "-m", "uv"], folder / "venv" / "bin" / "python"
    for command in (
        [*uv, "venv", "--quiet", "--python", sys.executable, str(folder / "venv")],
        [*uv, "pip", "install", "--quiet", "--python", str(python), requirement],
    ):
        done = subprocess.run(command, capture_output=True, timeout=INSTALL_S, check=False)
        if done.returncode:
            pytest.skip(f"{requirement} cannot be installed here")
    return python


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


@contextlib.contextmanager
def serving(command: list[str], folder: Path, port: int) -> Iterator[str]:
    """Run a server in a process group of its own until it has been asked enough."""
    url, log = f"http://127.0.0.1:{port}", folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=folder, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        deadline = time.monotonic() + START_S
        while True:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{url}/v2/models/people/ready", timeout=2),
            ):
                break
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(textwrap.dedent(text))


def put_network(folder: Path) -> None:
    put(folder, "little_network.py", Path(little_network.__file__).read_text())


def sees(url: str, folder: Path) -> RemoteEngine:
    """What a server must give: nobody, one person, and both from one call."""
    engine = RemoteEngine(url, "people", load_card(little_network.write_card(folder)))
    assert engine.prove() > 0
    frames = [porch(), porch_with_person(), porch_with_person(200, 440, 250)]
    nobody, one, other = engine.look(frames, until=time.monotonic() + 30)
    assert nobody == []
    assert [round(people[0].score, 3) for people in (one, other)] == [little_network.SCORE] * 2
    return engine


def test_mlserver(tmp_path: Path) -> None:
    python = install(tmp_path, MLSERVER)
    port = free_port()
    settings = MLSERVER_SETTINGS.replace("PORT", str(port)).replace("GRPC", str(free_port()))
    put(tmp_path, "settings.json", settings)
    put(tmp_path, "model-settings.json", MLSERVER_MODEL_SETTINGS)
    put(tmp_path, "model.py", MLSERVER_MODEL)
    put_network(tmp_path)
    with serving([str(python.with_name("mlserver")), "start", "."], tmp_path, port) as url:
        engine = sees(url, tmp_path)
        assert engine.at_once > 1, "several frames in one request"


def test_kserve(tmp_path: Path) -> None:
    python = install(tmp_path, KSERVE)
    port = free_port()
    put(tmp_path, "serve.py", KSERVE_MAIN)
    put_network(tmp_path)
    with serving([str(python), "serve.py", str(port)], tmp_path, port) as url:
        engine = sees(url, tmp_path)
        assert engine._served is not None
        assert engine._served.binary, "it takes tensors as bytes although it does not say so"
