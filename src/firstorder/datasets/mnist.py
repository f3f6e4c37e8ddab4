"""MNIST from the nearest place that has it, verified, and cached whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np

from firstorder.datasets.images import Images

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
# Of the arrays' bytes in C order, not of the file: the same arrays come in several containers.
SHA256 = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
TIMEOUT = (5, 20)  # seconds to connect, and between two pieces of data
ADVICE = (
    f"Where there is a network, fetch it with `python -m firstorder.datasets` or from {URL}; "
    "then bring mnist.npz here and name its path in the environment variable MNIST_NPZ."
)


class DatasetError(RuntimeError):
    """The data cannot be had or are not what they should be; the message says what to do."""


def load_mnist(path: str | os.PathLike[str] | None = None, *, progress: bool = True) -> Images:
    """Return MNIST, 60,000 and 10,000 handwritten digits, from the nearest place that has it.

    The places, in order: ``path``; the file that the environment variable ``MNIST_NPZ`` names;
    Keras's cache (``~/.keras`` or ``KERAS_HOME``); this package's cache; a download into that
    cache, where it appears whole and verified or not at all. A file that is named or found is
    used or refused, never passed over.

    Parameters
    ----------
    path : path of an .npz file, optional
        With the arrays ``x_train``, ``y_train``, ``x_test`` and ``y_test``.
    progress : bool
        Whether a download shows a progress bar.

    Returns
    -------
    Images
        Arrays of ``uint8``, in the original order, their SHA-256 sums checked.

    Raises
    ------
    DatasetError
        If the file is absent, damaged or altered, the cache cannot be written, or nothing can be
        downloaded.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner (1998), *Gradient-based learning applied to document
    recognition*, section III.
    """
    otherwise = "to have MNIST looked for in Keras's cache and downloaded."
    if path is not None:
        cure = f"Give the path of another file, or none {otherwise}"
        return _read(Path(path).expanduser(), "given as path", cure)
    named = os.environ.get("MNIST_NPZ")
    if named:
        cure = f"Set that variable to the path of another file, or unset it {otherwise}"
        return _read(Path(named).expanduser(), "named by MNIST_NPZ", cure)
    keras_home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    own = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firstorder"
    for folder in (keras_home / "datasets", own):
        file = folder / "mnist.npz"
        if file.exists():
            return _read(file, "found in the cache", "Delete that file and try again.")
    return _download(URL, own / "mnist.npz", progress)


def _read(file: Path, origin: str, cure: str) -> Images:
    """Return the arrays of a file, their sums checked; ``origin`` says how it came in."""

    def refuse(reason: str) -> DatasetError:
        return DatasetError(f"The file {file}, {origin}, {reason}. {cure}")

    start = b""
    try:
        with file.open("rb") as stream:
            start = stream.read(512).lstrip()
        with np.load(file, allow_pickle=False) as archive:
            missing = ", ".join(name for name in SHA256 if name not in archive.files)
            if missing:
                raise refuse(f"is an archive without {missing}: not MNIST in Keras's layout")
            arrays = {name: archive[name] for name in SHA256}
    except DatasetError:
        raise
    except FileNotFoundError:
        raise refuse("does not exist") from None
    except OSError as error:
        raise refuse(f"cannot be read: {error.strerror or error}") from None
    except Exception:  # a damaged archive makes NumPy raise almost anything
        if start.startswith(b"<"):
            raise refuse("is a web page, perhaps an error page saved in its place") from None
        if not start.startswith(b"PK"):
            raise refuse("is not an .npz archive") from None
        raise refuse("is damaged: cut short, or altered on its way") from None
    for name, array in arrays.items():
        if hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest() != SHA256[name]:
            raise refuse(f"does not hold MNIST: the SHA-256 sum of its {name} differs")
        shape = (*array.shape[:1], 28, 28) if name.startswith("x") else (array.size,)
        if array.dtype != np.uint8 or array.shape != shape:  # which the bytes do not tell
            raise refuse(
                f"does not hold MNIST in Keras's layout: its {name} is {array.dtype} of shape "
                f"{array.shape}, not uint8 of shape {shape}"
            )
    return Images(**arrays)


def _download(url: str, file: Path, progress: bool) -> Images:
    """Fetch MNIST into a folder beside ``file``, verify it there, and move it into place."""
    try:
        import pooch
        from requests.exceptions import RequestException
    except ImportError:
        raise DatasetError(
            f"MNIST is not on this machine, and pooch is missing to download it: "
            f"`pip install pooch tqdm`. {ADVICE}"
        ) from None

    # The message is the whole error: the causes' tracebacks (`from None`) would bury it.
    pooch.get_logger().setLevel("WARNING")
    get = pooch.HTTPDownloader(progressbar=progress, timeout=TIMEOUT)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            part = pooch.retrieve(url, None, path=folder, downloader=get)
            images = _read(Path(part), f"downloaded from {url}", f"Try again later. {ADVICE}")
            os.replace(part, file)
    except RequestException as error:
        raise DatasetError(
            f"MNIST is not on this machine and could not be downloaded from {url} "
            f"({type(error).__name__}). Is there a network? {ADVICE}"
        ) from None
    except OSError as error:
        raise DatasetError(
            f"MNIST cannot be kept in the folder {file.parent}: {error.strerror or error}. Make "
            f"it writeable, or name another cache in XDG_CACHE_HOME. {ADVICE}"
        ) from None
    return images
