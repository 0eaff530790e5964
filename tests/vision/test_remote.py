"""The engine on an inference server: the same people as here, and no fault of a server is believed."""

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from custom_components.verified_response.vision.card import ModelCard, load_card, load_cards
from custom_components.verified_response.vision.decode import OutputUnreadable
from custom_components.verified_response.vision.remote import (
    RemoteEngine,
    ServerUnreachable,
    ServerWrong,
)
from custom_components.verified_response.vision.remote import (
    engine as remote_engine,
)
from custom_components.verified_response.vision.remote.exchange import address_of
from custom_components.verified_response.vision.self_test import porch, porch_with_person
from tests.vision import little_network
from tests.vision.inference_server import InferenceServer

pytestmark = pytest.mark.real

BOTH = ("binary_tensor_data", "model_configuration")


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> ModelCard:
    return load_card(little_network.write_card(tmp_path_factory.mktemp("card")))


@contextlib.contextmanager
def serving(network=little_network.run, **how) -> Iterator[InferenceServer]:
    shapes = {"feed": (3, little_network.SIDE, little_network.SIDE)}
    shapes["output"] = (little_network.ROWS, little_network.COLUMNS)
    with InferenceServer(network, **(shapes | how)).running() as server:
        yield server


@pytest.fixture
def server() -> Iterator[InferenceServer]:
    with serving() as running:
        yield running


@pytest.fixture
def engine(server: InferenceServer, card: ModelCard) -> RemoteEngine:
    made = RemoteEngine(server.url, "people", card)
    made.prove()
    return made


def soon(seconds: float = 20.0) -> float:
    return time.monotonic() + seconds


@pytest.mark.parametrize(
    ("how", "at_once", "batches", "as_text"),
    [
        ({}, 8, [3], False),
        ({"extensions": ()}, 8, [3], False),
        ({"extensions": (), "binary": False}, 2, [2, 1], True),
        ({"batch": 1}, 1, [1, 1, 1], False),
        ({"batch": 2, "extensions": BOTH}, 2, [2, 1], False),
        ({"names": ("images", "out")}, 8, [3], False),
    ],
    ids=["bytes", "bytes, not said", "text only", "one at a time", "two at most", "other names"],
)
def test_people_are_seen_whatever_the_server_takes(
    card: ModelCard, how, at_once: int, batches: list[int], as_text: bool
) -> None:
    with serving(**how) as server:
        engine = RemoteEngine(server.url, "people", card)
        assert engine.at_once == 1
        assert engine.prove() > 0
        assert engine.at_once == at_once
        server.batches.clear()
        server.texts = 0
        near = porch_with_person(200, 440, 250)
        nobody, one, other = engine.look([porch(), porch_with_person(), near], until=soon())
        assert server.batches == batches
        assert server.connections == 1, "the connection is kept"
        assert (server.texts > 0) == as_text
    assert nobody == []
    ((score, x, _, width, _),), ((_, other_x, _, _, _),) = one, other
    assert score == pytest.approx(little_network.SCORE)
    assert x < 350 / 640 < x + width
    assert other_x < x


def test_text_and_bytes_are_the_same_numbers(card: ModelCard) -> None:
    heard: list[np.ndarray] = []

    def network(blob: np.ndarray) -> np.ndarray:
        heard.append(blob.copy())
        return little_network.run(blob)

    last = []
    for binary in (True, False):
        with serving(network, binary=binary, extensions=()) as server:
            engine = RemoteEngine(server.url, "people", card)
            engine.prove()
            engine.look([porch_with_person()], until=soon())
        last.append(heard[-1])
    by_bytes, by_text = last
    assert by_bytes.shape == by_text.shape == (1, 3, 96, 96)
    np.testing.assert_allclose(by_text, by_bytes, atol=1e-4)


FAULTS = {
    "status 500": ServerUnreachable,
    "status 404": ServerUnreachable,
    "status 401": ServerUnreachable,
    "status 400": ServerWrong,
    "redirect": ServerUnreachable,
    "closed": ServerUnreachable,
    "half an answer": ServerUnreachable,
    "slow": ServerUnreachable,
    "trickling": ServerUnreachable,
    "no JSON": ServerWrong,
    "a list": ServerWrong,
    "deep JSON": ServerWrong,
    "no outputs": ServerWrong,
    "another name": ServerWrong,
    "another type": ServerWrong,
    "texts for numbers": ServerWrong,
    "a ragged list": ServerWrong,
    "not a number": ServerWrong,
    "too few": ServerWrong,
    "one frame more": ServerWrong,
    "a lie about the shape": ServerWrong,
    "a lie about the amount": ServerWrong,
    "a length that is none": ServerWrong,
    "a giant answer": ServerWrong,
    "the claim of a giant answer": ServerWrong,
}


@pytest.mark.parametrize(("fault", "error"), FAULTS.items(), ids=FAULTS)
def test_a_fault_costs_the_frame_and_nothing_else(
    server: InferenceServer, engine: RemoteEngine, fault: str, error: type[Exception]
) -> None:
    server.fault = fault
    with pytest.raises(error):
        engine.look([porch_with_person()], until=soon(0.5))
    server.fault = None
    server.released.set()
    deadline = soon()
    while True:  # a request that hangs is let go of in its own time
        try:
            (people,) = engine.look([porch_with_person()], until=soon())
            break
        except ServerUnreachable:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert len(people) == 1


def test_while_a_request_hangs_the_next_is_told_at_once(
    server: InferenceServer, engine: RemoteEngine
) -> None:
    """A name that is looked up, for one, cannot be interrupted."""
    stuck = threading.Event()
    exchange = engine._exchange
    exchange._connection = None
    once = exchange._once

    def waits(request):
        stuck.wait(20)
        return once(request)

    exchange._once = waits  # type: ignore[method-assign]
    with pytest.raises(ServerUnreachable, match="in time"):
        engine.look([porch()], until=soon(0.1))
    with pytest.raises(ServerUnreachable, match="still hangs"):
        engine.look([porch()], until=soon())
    stuck.set()


def test_a_kept_connection_that_was_closed_is_no_error(
    server: InferenceServer, engine: RemoteEngine
) -> None:
    connection = engine._exchange._connection
    assert connection is not None
    connection.sock.shutdown(socket.SHUT_WR)
    until = soon()
    while connection.sock.recv(1):
        assert time.monotonic() < until
    assert len(engine.look([porch_with_person()], until=soon())[0]) == 1
    assert server.connections == 2


def test_a_server_that_was_gone_is_asked_and_tested_anew(card: ModelCard) -> None:
    with serving() as server:
        engine = RemoteEngine(server.url, "people", card)
        engine.prove()
        address = server.server_address
    with pytest.raises(ServerUnreachable):
        engine.look([porch()], until=soon())

    def blind(blob: np.ndarray) -> np.ndarray:
        return np.zeros((len(blob), little_network.ROWS, little_network.COLUMNS), np.float32)

    with serving(blind) as other:
        engine._exchange._address = replace(engine._exchange._address, port=other.server_port)
        with pytest.raises(ServerWrong, match="drawn person"):
            engine.look([porch()], until=soon())
    with serving() as again:
        engine._exchange._address = replace(engine._exchange._address, port=again.server_port)
        assert len(engine.look([porch_with_person()], until=soon())[0]) == 1
    assert address != again.server_address


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"feed": (3, 416, 416)}, ServerWrong),
        ({"feed": (1, 96, 96)}, ServerWrong),
        ({"feed": (3, 96)}, ServerWrong),
        ({"output": (144, 85)}, ServerWrong),
        ({"output": (8400, little_network.COLUMNS)}, ServerWrong),
    ],
    ids=["size", "channels", "sides", "columns", "rows"],
)
def test_another_model_than_the_card_s_is_refused(card: ModelCard, how, error) -> None:
    with serving(**how) as server, pytest.raises(error):
        RemoteEngine(server.url, "people", card).prove()


def test_sides_that_the_server_leaves_open_are_those_of_the_card(card: ModelCard) -> None:
    with serving(feed=(3, -1, -1), output=(-1, little_network.COLUMNS)) as server:
        assert RemoteEngine(server.url, "people", card).prove() > 0


def test_a_server_that_is_not_ready_is_asked_later(card: ModelCard) -> None:
    with serving() as server:
        server.ready = False
        engine = RemoteEngine(server.url, "people", card)
        with pytest.raises(ServerUnreachable):
            engine.prove()
        server.ready = True
        assert len(engine.look([porch_with_person()], until=soon())[0]) == 1


def test_a_model_that_is_not_there_may_come_later(card: ModelCard) -> None:
    with serving() as server, pytest.raises(ServerUnreachable, match="404"):
        RemoteEngine(server.url, "other", card).prove()


def test_the_password_of_the_address_is_sent_and_shown_nowhere(card: ModelCard) -> None:
    with serving() as server:
        server.password = "Basic cG9yY2g6cyNjcmV0"
        url = server.url.replace("http://", "http://porch:s%23cret@")
        engine = RemoteEngine(url, "people", card)
        assert engine.prove() > 0
        assert "cret" not in repr(address_of(url)) + " ".join(server.paths)
        with pytest.raises(ServerUnreachable, match="status 401") as raised:
            RemoteEngine(server.url, "people", card).prove()
        assert "127.0.0.1" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    ["", "server", "ftp://server", "file:///etc/passwd", "http://", "http://a:b@:80", "http://h:x"],
)
def test_what_is_no_address_is_refused_without_being_repeated(card: ModelCard, url: str) -> None:
    with pytest.raises(ValueError, match=r"^no address of a server$"):
        RemoteEngine(url, "people", card)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://[fe80::1]", "fe80::1", 80),
        ("https://[::1]/house", "::1", 443),
        ("http://server", "server", 80),
        ("https://server:8443", "server", 8443),
    ],
)
def test_an_address_without_port_means_the_usual_one(url: str, host: str, port: int) -> None:
    address = address_of(url)
    connection = http.client.HTTPConnection(address.host, address.port)
    assert (connection.host, connection.port) == (host, port)


def test_who_is_not_proven_yet_is_tested_within_the_frame_s_time(
    server: InferenceServer, card: ModelCard
) -> None:
    """The hub takes a worker that answers later than that for hung, and ends it."""
    engine = RemoteEngine(server.url, "people", card)
    deadlines: list[float] = []
    ask = engine._exchange.ask

    def noted(*asked, until: float, **more):
        deadlines.append(until)
        return ask(*asked, until=until, **more)

    engine._exchange.ask = noted  # type: ignore[method-assign]
    until = soon(3.0)
    assert engine.look([porch_with_person()], until=until)
    assert deadlines
    assert max(deadlines) <= until


def test_a_server_that_is_slow_does_not_hold_the_start_up(
    server: InferenceServer, card: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_engine, "PROOF_S", 0.2)
    server.fault = "slow"
    began = time.monotonic()
    with pytest.raises(ServerUnreachable):
        RemoteEngine(server.url, "people", card).prove()
    assert time.monotonic() - began < remote_engine.PATIENCE_S


def test_a_path_and_a_name_are_kept_as_they_are(card: ModelCard) -> None:
    with serving() as server, pytest.raises(ServerUnreachable):
        RemoteEngine(f"{server.url}/house/", "../a b", card).prove()
    assert server.paths == ["/house/v2/health/ready"]
    address = address_of("https://[::1]:8443/house/")
    assert (address.host, address.port, address.path) == ("::1", 8443, "/house")


def test_a_certificate_that_nobody_vouches_for_is_no_server(card: ModelCard) -> None:
    """TLS is checked: a server that speaks plain HTTP, or nonsense, is none."""
    with serving() as server, pytest.raises(ServerUnreachable):
        RemoteEngine(server.url.replace("http:", "https:"), "people", card).prove()


@pytest.mark.shared
@pytest.mark.parametrize("binary", [True, False], ids=["bytes", "text"])
def test_the_network_on_a_server_sees_what_it_sees_here(shared: Path, binary: bool) -> None:
    import onnxruntime

    from custom_components.verified_response.vision.onnx_engine import OnnxEngine

    card = load_cards()["nanodet-plus-m-416"]
    path = shared / "models" / "nanodet_plus_m_416.onnx"
    session = onnxruntime.InferenceSession(path)

    def network(blob: np.ndarray) -> np.ndarray:
        return np.concatenate([session.run(None, {"data": frame[None]})[0] for frame in blob])

    frames = [porch_with_person(), porch(), porch_with_person(200, 440, 250)]
    here = OnnxEngine((path,), card, threads=1).look(frames)
    with serving(
        network, feed=(3, 416, 416), output=(card.rows, card.columns), binary=binary, extensions=()
    ) as server:
        engine = RemoteEngine(server.url, "people", card)
        engine.prove()
        there = engine.look(frames, until=soon(60))
    assert [len(people) for people in there] == [1, 0, 1]
    for one, other in zip(here, there, strict=True):
        np.testing.assert_allclose(np.array(one), np.array(other), atol=2e-3)


def test_an_output_that_the_card_cannot_read_is_no_empty_frame(
    server: InferenceServer, engine: RemoteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_engine, "infer", lambda *_a, **_k: np.zeros((1, 3, 3), np.float32))
    with pytest.raises(OutputUnreadable):
        engine.look([porch()], until=soon())
