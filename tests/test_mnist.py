"""MNIST is found, verified and cached whole, or a message says what to do."""

import hashlib
import os
import pickle
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstorder.datasets import DatasetError, __main__, load_mnist, mnist

SMALL = {
    "x_train": np.arange(3 * 784, dtype=np.uint8).reshape(3, 28, 28),
    "y_train": np.array([1, 2, 3], np.uint8),
    "x_test": np.full((1, 28, 28), 7, np.uint8),
    "y_test": np.array([4], np.uint8),
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A machine with an empty home and no network, on which SMALL is all of MNIST."""
    sums = {name: hashlib.sha256(array.tobytes()).hexdigest() for name, array in SMALL.items()}
    monkeypatch.setattr(mnist, "SHA256", sums)
    monkeypatch.setattr(mnist, "URL", "http://127.0.0.1:9/mnist.npz")  # nobody listens there
    for name in ("MNIST_NPZ", "KERAS_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def archive(file, arrays=SMALL, save=np.savez_compressed):
    file.parent.mkdir(parents=True, exist_ok=True)
    save(file, **arrays)
    return file


@pytest.fixture
def serve(monkeypatch):
    """Serve bytes on this machine as the place that MNIST is downloaded from."""
    servers = []

    def start(body, status=200, length=None):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body) if length is None else length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        monkeypatch.setattr(mnist, "URL", f"http://127.0.0.1:{server.server_port}/mnist.npz")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def same(images):
    return all(np.array_equal(getattr(images, name), SMALL[name]) for name in SMALL)


def one_paragraph(error):
    message = str(error.value)
    return "\n" not in message and message.endswith(".") and len(message) < 700


def test_the_nearest_place_wins(home, monkeypatch, serve):
    other = {name: array + 1 for name, array in SMALL.items()}
    given_, named = archive(home / "a.npz"), archive(home / "b.npz")
    keras, own = home / ".keras/datasets/mnist.npz", home / ".cache/firstorder/mnist.npz"
    archive(keras), archive(own)
    serve(given_.read_bytes())
    monkeypatch.setenv("MNIST_NPZ", str(named))
    # Spoil the nearest place, see that it was the one read, and take it away.
    archive(given_, other)
    with pytest.raises(DatasetError, match="a.npz, given as path, does not hold MNIST"):
        load_mnist(given_)
    archive(named, other)
    with pytest.raises(DatasetError, match="b.npz, named by MNIST_NPZ, does not hold MNIST"):
        load_mnist()
    monkeypatch.delenv("MNIST_NPZ")
    for cache in (keras, own):
        archive(cache, other)
        with pytest.raises(DatasetError, match=f"{cache}, found in the cache, does not hold") as e:
            load_mnist()
        assert str(e.value).endswith("differs. Delete that file and try again.")
        cache.unlink()
    assert not own.exists()
    assert same(load_mnist(progress=False))
    assert same(load_mnist(own))


def test_keras_home_and_the_cache_home_are_honoured(home, monkeypatch, serve):
    monkeypatch.setenv("KERAS_HOME", str(home / "k"))
    file = archive(home / "k/datasets/mnist.npz")
    assert same(load_mnist())
    serve(file.read_bytes())
    file.unlink()
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "c"))
    assert same(load_mnist())
    assert [path.name for path in (home / "c/firstorder").iterdir()] == ["mnist.npz"]


def test_arrays_are_checked_not_the_container(home):
    file = archive(home / "mnist.npz", SMALL | {"more": np.zeros(3)}, save=np.savez)
    assert same(load_mnist(file))
    archive(file, {name: np.asfortranarray(array) for name, array in SMALL.items()})
    assert same(load_mnist(str(file)))


@pytest.mark.parametrize(
    "content, reason",
    [
        (lambda good: good[: len(good) // 2], "is damaged: cut short"),
        (lambda good: good[:-30], "is damaged: cut short"),
        (lambda good: b"\n <!DOCTYPE html><title>404</title>", "is a web page"),
        (lambda good: b"ten thousand digits", "is not an .npz archive"),
        (lambda good: b"", "is not an .npz archive"),
    ],
)
def test_files_that_are_not_the_data(home, serve, monkeypatch, content, reason):
    file = archive(home / "mnist.npz")
    body = content(file.read_bytes())
    file.write_bytes(body)
    with pytest.raises(DatasetError, match=f"given as path, {reason}.* Give the path") as error:
        load_mnist(file)
    assert one_paragraph(error)
    monkeypatch.setenv("MNIST_NPZ", str(file))
    with pytest.raises(DatasetError, match=f"named by MNIST_NPZ, {reason}.* or unset it") as error:
        load_mnist()
    assert one_paragraph(error)
    monkeypatch.delenv("MNIST_NPZ")
    serve(body)
    with pytest.raises(DatasetError, match=f"downloaded from .*, {reason}.* Try again") as error:
        load_mnist(progress=False)
    assert one_paragraph(error)
    assert list((home / ".cache/firstorder").iterdir()) == []


@pytest.mark.parametrize("missing", [["x_test"], ["x_train", "y_test"]])
def test_archives_of_something_else(home, missing):
    file = archive(home / "m.npz", {k: v for k, v in SMALL.items() if k not in missing})
    with pytest.raises(DatasetError, match=f"is an archive without {', '.join(missing)}"):
        load_mnist(file)


@pytest.mark.parametrize("name", list(SMALL))
def test_one_altered_pixel_or_label_is_found(home, name):
    altered = SMALL[name].copy()
    altered.flat[-1] ^= 1
    file = archive(home / "m.npz", SMALL | {name: altered})
    with pytest.raises(DatasetError, match=f"does not hold MNIST: .* its {name} differs"):
        load_mnist(file)


@pytest.mark.parametrize(
    "change",
    [
        {"x_train": SMALL["x_train"].reshape(3, 784)},
        {"x_train": SMALL["x_train"].reshape(28, 3, 28)},
        {"y_train": SMALL["y_train"].reshape(3, 1)},
        {"x_test": SMALL["x_test"].view(np.int8)},
        {"x_test": SMALL["x_test"].view(np.uint16)},
        {"y_test": SMALL["y_test"].reshape(())},
    ],
    ids=lambda change: str([(name, a.dtype, a.shape) for name, a in change.items()]),
)
def test_the_same_bytes_in_another_shape_or_type_are_refused(home, change):
    file = archive(home / "m.npz", SMALL | change)
    (name,) = change
    with pytest.raises(DatasetError, match=f"in Keras's layout: its {name} is .*, not uint8 of"):
        load_mnist(file)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_damage_anywhere_is_refused_or_harmless(tmp_path_factory, data):
    with pytest.MonkeyPatch.context() as patch:
        sums = {name: hashlib.sha256(array.tobytes()).hexdigest() for name, array in SMALL.items()}
        patch.setattr(mnist, "SHA256", sums)
        file = archive(tmp_path_factory.mktemp("damaged") / "m.npz")
        body = bytearray(file.read_bytes())
        place = data.draw(st.integers(0, len(body) - 1))
        if data.draw(st.booleans()):
            del body[place:]
        else:
            body[place] ^= data.draw(st.integers(1, 255))
        file.write_bytes(body)
        try:
            assert same(load_mnist(file))  # a date in the archive may change, the arrays not
        except DatasetError as error:
            assert str(file) in str(error)


class Bomb:
    """Leaves a trace where it is unpickled."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return os.mkdir, (str(self.file),)


def test_nothing_is_unpickled(home):
    bomb = Bomb(home / "trace")
    pickled = home / "pickled.npz"
    pickled.write_bytes(pickle.dumps(bomb))
    hidden = archive(home / "m.npz", SMALL | {"x_train": np.array([bomb])})
    for file, reason in [(pickled, "is not an .npz archive"), (hidden, "is damaged")]:
        with pytest.raises(DatasetError, match=reason):
            load_mnist(file)
        assert not bomb.file.exists()
    pickle.loads(pickled.read_bytes())
    assert bomb.file.exists()  # as it would have, had it been unpickled


OTHERWISE = "to have MNIST looked for in Keras's cache and downloaded."
GIVEN = f"Give the path of another file, or none {OTHERWISE}"
NAMED = f"Set that variable to the path of another file, or unset it {OTHERWISE}"


def test_a_named_file_that_is_not_there(home, monkeypatch):
    no = home / "no.npz"
    with pytest.raises(DatasetError) as error:
        load_mnist(no)
    assert str(error.value) == f"The file {no}, given as path, does not exist. {GIVEN}"
    monkeypatch.setenv("MNIST_NPZ", str(no))
    with pytest.raises(DatasetError) as error:
        load_mnist()
    assert str(error.value) == f"The file {no}, named by MNIST_NPZ, does not exist. {NAMED}"
    with pytest.raises(DatasetError, match="cannot be read: Is a directory"):
        load_mnist(home)
    with pytest.raises(DatasetError, match="given as path, is not an .npz archive"):
        load_mnist("no\0.npz")  # the system knows no such name


def test_no_network(home, capsys):
    with pytest.raises(DatasetError, match="not on this machine .* Is there a network") as error:
        load_mnist()
    assert one_paragraph(error)
    assert "MNIST_NPZ" in str(error.value)
    assert list((home / ".cache/firstorder").iterdir()) == []
    assert __main__.main() == 1
    assert "MNIST_NPZ" in capsys.readouterr().out


def test_a_server_that_errs_or_hangs_up(home, serve):
    good = archive(home / "m.npz").read_bytes()
    for arguments in [(b"gone", 404), (good[:400], 200, len(good))]:
        serve(*arguments)
        with pytest.raises(DatasetError, match=r"could not be downloaded from http://127.0.0.1"):
            load_mnist(progress=False)
        assert list((home / ".cache/firstorder").iterdir()) == []


def test_a_download_needs_no_other_place_and_leaves_nothing_elsewhere(home, serve, monkeypatch):
    """Not the system's temporary folder, say, which may be on another disk."""
    serve(archive(home / "served/m.npz").read_bytes())
    (home / "served/m.npz").unlink()
    monkeypatch.setattr(tempfile, "tempdir", str(home / "missing"))
    monkeypatch.chdir(home / "served")
    assert same(load_mnist(progress=False))
    files = [str(path.relative_to(home)) for path in sorted(home.rglob("*"))]
    assert files == [".cache", ".cache/firstorder", ".cache/firstorder/mnist.npz", "served"]


def test_a_download_shows_its_progress_unless_told_not_to(home, serve, capsys):
    serve(archive(home / "m.npz").read_bytes())
    for arguments, shown in [({}, True), ({"progress": True}, True), ({"progress": False}, False)]:
        load_mnist(**arguments)
        assert ("B/s]" in capsys.readouterr().err) == shown
        (home / ".cache/firstorder/mnist.npz").unlink()
    assert __main__.main() == 0
    assert capsys.readouterr().out == "MNIST is here: 3 digits to train on, 1 to test.\n"


def test_a_server_that_hangs_is_left(home, monkeypatch):
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setattr(mnist, "TIMEOUT", (0.2, 0.2))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/mnist.npz"
        monkeypatch.setattr(mnist, "URL", url)
        with pytest.raises(DatasetError, match="ReadTimeout"):
            load_mnist(progress=False)


def test_an_unwritable_cache(home, serve, monkeypatch):
    serve(archive(home / "m.npz").read_bytes())
    (home / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "file"))
    with pytest.raises(DatasetError, match="cannot be kept .* XDG_CACHE_HOME") as error:
        load_mnist()
    assert one_paragraph(error)


def test_a_move_that_fails_leaves_nothing(home, serve, monkeypatch):
    serve(archive(home / "m.npz").read_bytes())

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(DatasetError, match="cannot be kept .*: No space left on device"):
        load_mnist(progress=False)
    assert list((home / ".cache/firstorder").iterdir()) == []


def test_without_pooch(home, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pooch", None)
    with pytest.raises(DatasetError, match="pooch is missing"):
        load_mnist()


def test_the_real_thing():
    try:
        x_train, y_train, x_test, y_test = load_mnist(progress=False)
    except DatasetError:
        if os.environ.get("MNIST_NPZ"):
            raise
        pytest.skip("no MNIST here, and no network to fetch it")
    assert x_train.shape == (60000, 28, 28) and x_test.shape == (10000, 28, 28)
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}
    assert list(y_train[:5]) == [5, 0, 4, 1, 9]
