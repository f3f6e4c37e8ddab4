"""The cost of one step of Adam: time on many parameters and on two, and memory at the peak."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from adam import (
    BLOCKS,
    BLOCKS_2,
    CONTESTANTS,
    FUSED,
    FUSED_2,
    JAX,
    NUMBA,
    NUMBA_2,
    PIECE,
    REFERENCE,
    XLA,
    in_place,
    torch_step,
)

from firstorder import GradientDescent, Momentum
from firstorder.blockwise.threads import share_out

MANY = 10_000_000
STATES = "limit: m and v"


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


def memory_traffic(threads):
    """Scale a vector in place: its 8 bytes a parameter, with next to no arithmetic."""
    vector, _ = arrays(MANY)
    parts = [slice(i, i + 250_000) for i in range(0, MANY, 250_000)]
    scale = lambda part: np.multiply(vector[part], 1.0, out=vector[part])  # noqa: E731
    return lambda: share_out(scale, parts, threads)


def test_many_parameters(race):
    """The ladder of one text, beside its peers.

    Blocks on one thread are 2.7 to 2.8 times as fast as one piece: the operators of the text take
    about 2.1 ns a parameter in the cache, and the memory traffic 0.6.
    """
    check_that_all_do_the_same()
    contestants = entered(MANY)
    limits = {1: "limit: memory traffic, 1 thread", 2: "limit: memory traffic, 2 threads"}
    contestants |= {name: memory_traffic(threads) for threads, name in limits.items()}
    race(
        f"One step of Adam, {MANY:,} float32 parameters",
        "ns a parameter",
        [NUMBA_2, NUMBA, BLOCKS_2, BLOCKS],
        contestants,
        per=1e9 / MANY,
        rounds=25,
        limits={
            NUMBA_2: {FUSED_2: 1.1, limits[2]: 1.25},
            NUMBA: {FUSED: 1.35},
            BLOCKS_2: {"Keras eager": 1 / 1.5, PIECE: 1 / 3},
            BLOCKS: {"PyTorch default, 1 thread": 1 / 1.5, "Keras eager": 1 / 1.5},
        },
        # A step reads theta, g, m and v and writes theta, m and v in place: 28 bytes a parameter.
        scale=dict.fromkeys(limits.values(), 28 / 8),
        note="Keras and Optax use both cores, NumPy in one piece one. The limit is 28/8 times the "
        "time that NumPy takes to scale the vector in place.",
    )


def test_compilers(race):
    peers = ["Keras under XLA", "Optax under jit"]
    race(
        f"The same text under XLA, {MANY:,} float32 parameters",
        "ns a parameter",
        [XLA, JAX],
        entered(MANY, [XLA, JAX, *peers]),
        per=1e9 / MANY,
        rounds=51,
        limits={XLA: dict.fromkeys(peers, 1.3)},
    )


@pytest.mark.parametrize(
    "optimizer", [GradientDescent(0.001), Momentum(0.001)], ids=["gradient descent", "momentum"]
)
def test_simpler_methods(race, optimizer):
    theta, gradient = arrays(MANY)

    def theirs(threads, **flags):
        momentum = getattr(optimizer, "momentum", 0.0)
        return torch_step(
            theta.copy(),
            gradient,
            lambda o, params: o.SGD(params, 0.001, momentum, **flags),
            threads,
        )()

    ours = {BLOCKS: {}, NUMBA: {"compiled": True}, NUMBA_2: {"compiled": True, "threads": 2}}
    steps = {
        name: in_place(optimizer, **how)(theta.copy(), gradient)() for name, how in ours.items()
    }
    try:
        steps["PyTorch default, 1 thread"] = theirs(1, foreach=False)
        steps[FUSED], steps[FUSED_2] = theirs(1, fused=True), theirs(2, fused=True)
    except ImportError as missing:
        print(f"PyTorch does not take part: {missing}")
    race(
        f"One step of {type(optimizer).__name__}, {MANY:,} float32 parameters",
        "ns a parameter",
        [NUMBA_2, NUMBA, BLOCKS],
        steps,
        per=1e9 / MANY,
        rounds=25,
        limits={NUMBA: {FUSED: 1.3}, NUMBA_2: {FUSED_2: 1.3}},
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
        limits={ours: {"PyTorch default, 1 thread": 1 / 3, "Keras eager": 1 / 100}},
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

    figures = benchmark.pedantic(measure, rounds=1)
    report(
        "Memory at the peak of a step of Adam, beyond parameters and gradient",
        "bytes a parameter",
        [BLOCKS, NUMBA],
        figures | {STATES: 8.0},
        limits={BLOCKS: {STATES: 1.06}, NUMBA: {STATES: 1.06}},
        note="The compiled ones include what their compiler took.",
    )
