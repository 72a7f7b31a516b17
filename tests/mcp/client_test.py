"""Runs the tests of the MCP server with the official clients of npm.

Usage: client_test.py legacy|modern BEAMWRIGHT REPOSITORY FOLDER
Exits with 77 where npm, the packages or a Node that they run on cannot be had.
"""
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "map"))
from node_test import install, skip  # noqa: E402


def main():
    generation, binary = sys.argv[1], os.path.abspath(sys.argv[2])
    repository, folder = pathlib.Path(sys.argv[3]).resolve(), pathlib.Path(sys.argv[4]).resolve()
    install(repository / "tests" / "mcp", folder / "clients")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    if int(re.match(r"v(\d+)", version)[1]) < (20 if generation == "modern" else 18):
        skip(f"the clients need a newer Node than {version.strip()}")
    environment = {**os.environ, "BEAMWRIGHT": binary, "REPOSITORY": str(repository), "GENERATION": generation}
    command = ["node", "--test", "--test-reporter=spec", "clients.test.mjs"]
    sys.exit(subprocess.run(command, cwd=folder / "clients", env=environment).returncode)


if __name__ == "__main__":
    main()
