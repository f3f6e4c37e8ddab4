"""Fetch MNIST if it is not on this machine, and say so: ``python -m firstorder.datasets``."""

from firstorder.datasets import DatasetError, load_mnist


def main() -> int:
    """Return 0 where MNIST can be had, else print what to do and return 1."""
    try:
        images = load_mnist()
    except DatasetError as error:
        print(error)
        return 1
    print(f"MNIST is here: {len(images.x_train)} digits to train on, {len(images.x_test)} to test.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
