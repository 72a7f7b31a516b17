"""Holds README.md's transcript of `./run check examples/shop` to what the program prints: its parts, between lines of "…", must stand
in the output in that order. With --update as the second argument: writes it anew, the most serious finding and the summary.

Usage: transcript.py BEAMWRIGHT [--update]
"""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
BLOCK = re.compile(r"(```console\n\$ \./run check examples/shop\n)(.*?)(```\n)", re.S)


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    done = subprocess.run([binary, "check", "examples/shop"], cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})
    text = README.read_text()
    block = BLOCK.search(text)
    if not block:
        sys.exit("README.md has no transcript of ./run check examples/shop")
    if sys.argv[2:] == ["--update"]:
        findings = re.split(r"\n(?=(?:CRITICAL|HIGH|MEDIUM|LOW)  BW)", done.stdout)
        table = re.search(r"^ +critical +high.*\Z", done.stdout, re.S | re.M)
        README.write_text(text[:block.start(2)] + findings[0].rstrip() + "\n…\n" + table[0].rstrip("\n") + "\n" + text[block.end(2):])
        return
    parts = [part.strip("\n") for part in re.split(r"^…$", block[2], flags=re.M) if part.strip()]
    if not parts:
        sys.exit("the transcript in README.md is empty")
    at = 0
    for part in parts:
        found = done.stdout.find(part, at)
        if found < 0:
            sys.exit(f"README.md says this, and the program does not (transcript.py BEAMWRIGHT --update writes it anew):\n{part}")
        at = found + len(part)
    print(f"{len(parts)} parts of the transcript are what the program says")


if __name__ == "__main__":
    main()
