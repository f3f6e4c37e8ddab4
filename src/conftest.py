"""Doctests are collected everywhere but in modules that import a framework or Numba themselves.

What the bridges show is run by tests/test_frameworks.py, where the framework is installed.
"""

collect_ignore_glob = ["firstorder/frameworks/*_bridge.py", "firstorder/blockwise/co[mo]*.py"]
