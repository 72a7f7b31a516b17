"""Runs the blocks of a document that begin with `$`, each in an empty folder with `beamwright` on the PATH, and holds what is
printed to what the document says, in parts between lines of "…".

Usage: document_test.py BEAMWRIGHT REPOSITORY docs/DOCUMENT.md
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

BINARY = os.path.abspath(os.environ.get("BEAMWRIGHT") or sys.argv[1])
DOCUMENT = sys.argv[3]
TEXT = (pathlib.Path(sys.argv[2]).resolve() / DOCUMENT).read_text()

said = 0
for block in re.findall(r"```console\n(.*?)```\n", TEXT, re.S):
    with tempfile.TemporaryDirectory(prefix="beamwright_document_") as name:
        folder = pathlib.Path(name).resolve()
        (folder / "bin").mkdir()
        (folder / "project").mkdir()
        (folder / "bin" / "beamwright").symlink_to(BINARY)
        environment = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}", "NO_COLOR": "1", "LC_ALL": "C"}
        for command, text in re.findall(r"^\$ ([^\n]*)\n(.*?)(?=^\$ |\Z)", block, re.S | re.M):
            done = subprocess.run(["bash", "-c", command], cwd=folder / "project", env=environment, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=60)
            if done.returncode != 0:
                sys.exit(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
            if not text and done.stdout:
                sys.exit(f"{DOCUMENT} says nothing of what `{command}` prints:\n{done.stdout}")
            at = 0
            for part in [part.strip("\n") for part in re.split(r"^…$", text, flags=re.M) if part.strip()]:
                found = done.stdout.find(part, at)
                if found < 0:
                    sys.exit(f"{DOCUMENT} says this of `{command}`, and the program does not:\n{part}\n--- but\n{done.stdout}")
                at = found + len(part)
                said += 1
if not said:
    sys.exit(f"{DOCUMENT} has lost its transcripts")
print(f"{said} parts of the transcripts are what the program says")
