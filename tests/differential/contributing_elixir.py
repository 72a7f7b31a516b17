"""Runs the lines of Elixir that CONTRIBUTING.md shows, as they stand there, on a file: they must find the trees equal.

Usage: contributing_elixir.py BEAMWRIGHT FILE
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    binary = pathlib.Path(os.environ.get("BEAMWRIGHT") or sys.argv[1]).resolve()
    block = re.search(r"```elixir\n# elixir compare\.exs (\S+)\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.S)
    if not block:
        sys.exit("CONTRIBUTING.md does not say how to compare a tree with Elixir's")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        release = folder / "build" / "release"
        release.mkdir(parents=True)
        (release / "beamwright").symlink_to(binary)
        source = folder / block[1]
        source.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(sys.argv[2], source)
        (folder / "compare.exs").write_text(block[2])
        done = subprocess.run(["elixir", "compare.exs", block[1]], cwd=folder, capture_output=True, text=True)
    if done.stdout != "equal\n" or done.returncode != 0:
        sys.exit(f"the lines of CONTRIBUTING.md said {done.stdout!r}\n{done.stderr}")


if __name__ == "__main__":
    main()
