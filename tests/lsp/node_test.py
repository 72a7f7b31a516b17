"""Runs the tests that use the client library from npm.

Usage: node_test.py BEAMWRIGHT REPOSITORY FOLDER
Exits with 77 where npm or the packages cannot be had.
"""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "map"))
from node_test import install  # noqa: E402: the folder stands beside this one


def main():
    binary, repository, folder = os.path.abspath(os.environ.get("BEAMWRIGHT") or sys.argv[1]), pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()
    install(repository / "tests" / "lsp", folder / "client")
    environment = {**os.environ, "BEAMWRIGHT": binary, "XDG_CACHE_HOME": str(folder / "cache")}
    sys.exit(subprocess.run(["node", "--test", "--test-reporter=spec", "protocol.test.mjs"], cwd=folder / "client", env=environment).returncode)


if __name__ == "__main__":
    main()
