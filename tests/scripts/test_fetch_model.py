"""The script that fetches weights for the release archive: every form, pinned bytes only, all or nothing."""

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GRAPH, BIN, ONNX = b"graph", b"half" * 1000, b"whole" * 1000

pytestmark = pytest.mark.real


@pytest.fixture
def served() -> Iterator[dict[str, bytes]]:
    """Files of a server on this machine, by path; its address is under ''."""
    files: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        files[""] = f"http://127.0.0.1:{server.server_port}".encode()
        files |= {"/graph": GRAPH, "/bin": BIN, "/onnx": ONNX}
        yield files
        server.shutdown()
        thread.join()


def card(folder: Path, *forms: dict, name: str = "little") -> Path:
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"name": name, "notice": f"Notice of {name}.", "forms": forms}))
    return path


def form(engine: str, *files: tuple[str, bytes, str | None]) -> dict:
    return {
        "engine": engine,
        "files": [
            {
                "names": [name, f"other_{name}"],
                "variants": [{"sha256": hashlib.sha256(content).hexdigest(), "url": url}],
            }
            for name, content, url in files
        ],
    }


def both(served: dict[str, bytes]) -> tuple[dict, dict]:
    url = served[""].decode()
    return (
        form("onnx", ("little.onnx", ONNX, f"{url}/onnx")),
        form("ncnn", ("little.param", GRAPH, f"{url}/graph"), ("little.bin", BIN, f"{url}/bin")),
    )


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "fetch_model.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def test_all_forms_notice_and_licence(tmp_path, served) -> None:
    licence = tmp_path / "LICENCE"
    licence.write_text("the licence")
    done = run(card(tmp_path, *both(served)), tmp_path / "out", "--licence", licence)
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "out") == {
        "little.onnx": ONNX,
        "little.param": GRAPH,
        "little.bin": BIN,
        "NOTICE": b"Notice of little.\n",
        "LICENSE": b"the licence",
    }
    assert hashlib.sha256(BIN).hexdigest() in done.stdout


def test_one_form_of_several_cards(tmp_path, served) -> None:
    url = served[""].decode()
    other = card(tmp_path, form("onnx", ("quick.onnx", BIN, f"{url}/bin")), name="quick")
    done = run(card(tmp_path, *both(served)), other, tmp_path / "out", "--form", "onnx")
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "out") == {
        "little.onnx": ONNX,
        "quick.onnx": BIN,
        "NOTICE": b"Notice of little.\nNotice of quick.\n",
    }


@pytest.mark.parametrize(
    ("path", "content", "says"),
    [("/bin", b"something else", "the card pins"), ("/bin", None, "404")],
    ids=["wrong bytes", "gone"],
)
def test_nothing_is_written_unless_all_is_right(tmp_path, served, path, content, says) -> None:
    forms = both(served)
    if content is None:
        del served[path]
    else:
        served[path] = content
    done = run(card(tmp_path, *forms), tmp_path / "out")
    assert done.returncode == 1
    assert says in done.stderr
    assert "little.bin cannot be had" in done.stderr
    assert contents(tmp_path / "out") == {}


def test_the_next_address_is_tried(tmp_path, served) -> None:
    url = served[""].decode()
    made = form("onnx", ("little.onnx", ONNX, f"{url}/gone"))
    digest = hashlib.sha256(GRAPH).hexdigest()
    made["files"][0]["variants"].append({"sha256": digest, "url": f"{url}/graph"})
    assert run(card(tmp_path, made), tmp_path / "out").returncode == 0
    assert contents(tmp_path / "out")["little.onnx"] == GRAPH


def test_the_one_variant_is_taken(tmp_path, served) -> None:
    url = served[""].decode()
    made = form("onnx", ("little.onnx", ONNX, f"{url}/onnx"))
    digest = hashlib.sha256(GRAPH).hexdigest()
    made["files"][0]["variants"].append({"sha256": digest, "url": f"{url}/graph"})
    assert run(card(tmp_path, made), tmp_path / "out", "--sha256", digest).returncode == 0
    assert contents(tmp_path / "out")["little.onnx"] == GRAPH


def test_what_has_no_address_is_said(tmp_path) -> None:
    done = run(card(tmp_path, form("ncnn", ("x.param", GRAPH, None))), tmp_path / "out")
    assert done.returncode == 1
    assert "no public address is known" in done.stderr


def test_plain_http_is_for_this_machine_only(tmp_path) -> None:
    made = form("onnx", ("x.onnx", ONNX, "http://192.0.2.1/x.onnx"))
    done = run(card(tmp_path, made), tmp_path / "out")
    assert done.returncode == 1
    assert "neither https nor this machine" in done.stderr


def test_a_form_that_is_none_is_said(tmp_path, served) -> None:
    done = run(card(tmp_path, *both(served)), tmp_path / "out", "--form", "tflite")
    assert done.returncode == 1
    assert "no form for tflite" in done.stderr
