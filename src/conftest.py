"""Doctests are collected everywhere but in modules that import a framework when imported."""

collect_ignore = [f"firstorder/frameworks/{name}.py" for name in ("keras", "optax", "torch")]
