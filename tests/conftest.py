"""What all tests need before they start."""

from contextlib import suppress

with suppress(ImportError):
    # Comes with PyTorch's builds for GPUs. Loaded after TensorFlow, it ends the process.
    import triton  # noqa: F401
