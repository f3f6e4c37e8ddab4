"""Doctests are collected everywhere but in modules that import a framework when imported.

What those show is run by tests/test_frameworks.py, where the framework is installed.
"""

collect_ignore_glob = ["firstorder/frameworks/*_bridge.py"]
