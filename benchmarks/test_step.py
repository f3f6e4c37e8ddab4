"""The cost of one step of Adam: time on many parameters and on two, and memory at the peak."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from adam import BLOCKS, CONTESTANTS, PIECE, REFERENCE, THREADS, XLA

from firstorder import GradientDescent, Momentum, blockwise

MANY = 10_000_000


def arrays(size, seed=0):
    random = np.random.default_rng(seed)
    return random.normal(size=size).astype(np.float32), random.normal(size=size).astype(np.float32)


def entered(size, names=CONTESTANTS):
    """The contestants whose frameworks are installed, ready to step."""
    steps = {}
    for name in names:
        try:
            steps[name] = CONTESTANTS[name](*arrays(size))()
        except ImportError as missing:
            print(f"{name} does not take part: {missing}")
    return steps


def check_that_all_do_the_same(size=100):
    theta, gradient = arrays(size)
    state = REFERENCE.init(theta)
    for _ in range(3):
        theta, state = REFERENCE.step(theta, gradient, state)
    for name, step in entered(size).items():
        step(), step()
        np.testing.assert_allclose(np.asarray(step()), theta, rtol=1e-5, atol=1e-6, err_msg=name)


def test_many_parameters(race):
    check_that_all_do_the_same()
    contestants = entered(MANY)
    # A step reads theta, g, m and v and writes theta, m and v in place: 28 bytes a parameter.
    # Scaling a vector in place reads and writes it, 8 bytes, with next to no arithmetic.
    vector, _ = arrays(MANY)
    contestants["limit: memory traffic"] = lambda: np.multiply(vector, 1.0, out=vector)
    race(
        f"One step of Adam, {MANY:,} float32 parameters",
        "ns a parameter",
        [BLOCKS, THREADS],
        contestants,
        per=1e9 / MANY,
        rounds=25,
        # Keras takes both cores for its arithmetic, PyTorch here and NumPy in one piece take one.
        targets={
            BLOCKS: {"PyTorch default, 1 thread": 1.5, "Keras eager": 1.5, PIECE: 3.0},
            THREADS: {"Keras eager": 1.5, PIECE: 3.0},
        },
        scale={"limit: memory traffic": 28 / 8},
        note="Keras, Optax and numba use both cores, NumPy in one piece one. "
        "The limit is 28/8 times the time that NumPy takes to scale the vector in place.",
    )


def test_compiled(race):
    peers = ["Keras under XLA", "Optax under jit", "the book, JAX under jit"]
    race(
        f"The same text compiled, {MANY:,} float32 parameters",
        "ns a parameter",
        [XLA],
        entered(MANY, [XLA, *peers]),
        per=1e9 / MANY,
        rounds=51,
        targets={XLA: dict.fromkeys(peers[:2], -1.3)},
    )


@pytest.mark.parametrize(
    "optimizer", [GradientDescent(0.001), Momentum(0.001)], ids=["gradient descent", "momentum"]
)
def test_simpler_methods(race, optimizer):
    """Here PyTorch's single pass wins: there is too little arithmetic for blocks to save."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    theta, gradient = arrays(MANY)
    state = blockwise.init(optimizer, theta)

    def ours():
        nonlocal state
        state = blockwise.step(optimizer, theta, gradient, state)

    def theirs(threads, **flags):
        param = torch.from_numpy(theta.copy())
        param.grad = torch.from_numpy(gradient)
        own = torch.optim.SGD([param], 0.001, getattr(optimizer, "momentum", 0.0), **flags)

        def step():
            torch.set_num_threads(threads)
            own.step()

        return step

    race(
        f"One step of {type(optimizer).__name__}, {MANY:,} float32 parameters",
        "ns a parameter",
        [BLOCKS],
        {
            BLOCKS: ours,
            "PyTorch default, 1 thread": theirs(1, foreach=False),
            "PyTorch fused, 1 thread": theirs(1, fused=True),
            "PyTorch fused, 2 threads": theirs(2, fused=True),
        },
        per=1e9 / MANY,
    )


def test_two_parameters(race):
    names = [PIECE, "PyTorch default, 1 thread", "PyTorch fused, 1 thread", "Keras eager",
             "Keras tf.function", "Optax eager", "Optax under jit"]  # fmt: skip
    steps = entered(2, names)
    ours = "the book, NumPy"
    steps[ours] = steps.pop(PIECE)
    race(
        "One step of Adam in two dimensions",
        "microseconds",
        [ours],
        steps,
        per=1e6,
        rounds=15,
        times={"Keras eager": 10, "Optax eager": 20, "Keras tf.function": 50}
        | {name: 200 for name in steps if name[:5] not in ("Keras",) and name != "Optax eager"},
        targets={ours: {"PyTorch default, 1 thread": 3.0, "Keras eager": 100.0}},
    )


def test_memory(benchmark, report):
    """Each contestant in a process of its own, which starts with the parameters and gradient."""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("the peak of a process's memory is read from Linux's /proc")

    def measure():
        figures = {}
        for name in CONTESTANTS:
            done = subprocess.run(
                [sys.executable, Path(__file__).parent / "memory.py", name, str(MANY)],
                capture_output=True,
                text=True,
            )
            if done.returncode == 0:
                figures[name] = float(done.stdout)
            else:
                print(f"{name} does not take part: {done.stderr.strip().splitlines()[-1]}")
        return figures

    table = report(
        "Memory at the peak of a step of Adam, beyond parameters and gradient",
        "bytes a parameter",
        [BLOCKS],
        benchmark.pedantic(measure, rounds=1),
        note="m and v take 8. The compiled ones include what their compiler took.",
    )
    assert table.figures[BLOCKS] < 8.5
