"""Holds README.md's transcripts of `./run …` to what the program prints: their parts, between lines of "…", must stand in the
output in that order. With --update as the second argument: writes them anew; of `check` what matters most, the first finding and the summary,
of `map` the first application with a tree worth a look and the summary, of others everything.

Usage: transcript.py BEAMWRIGHT [--update]
"""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
BLOCK = re.compile(r"(```console\n\$ \./run ((?:check|map|why) [^\n]*)\n)(.*?)(```\n)", re.S)


def shortened(command, output):
    if command.startswith("check"):
        findings = re.split(r"\n(?=(?:CRITICAL|HIGH|MEDIUM|LOW)  BW)", output)
        table = re.search(r"^ +critical +high.*\Z", output, re.S | re.M)
        # Before the first finding stands what matters most.
        first = 1 if re.match(r"(?:CRITICAL|HIGH|MEDIUM|LOW)  BW", findings[0]) else 2
        return "\n".join(findings[:first]).rstrip() + "\n…\n" + table[0].rstrip("\n") + "\n"
    if command.startswith("map"):
        *trees, summary = output.rstrip("\n").split("\n\n")
        # Neither the smallest nor the largest tree: one that shows most and can be read at a glance.
        fitting = [tree for tree in trees if tree.count("\n") <= 30]
        return max(fitting or trees, key=len) + "\n…\n" + summary + "\n"
    return output


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    update = sys.argv[2:] == ["--update"]
    text = README.read_text()
    blocks = list(BLOCK.finditer(text))
    if not any(block[2] == "check examples/shop" for block in blocks):
        sys.exit("README.md has no transcript of ./run check examples/shop")
    count = 0
    for block in reversed(blocks):
        done = subprocess.run([binary, *block[2].split()], cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})
        if update:
            text = text[:block.start(3)] + shortened(block[2], done.stdout) + text[block.end(3):]
            continue
        parts = [part.strip("\n") for part in re.split(r"^…$", block[3], flags=re.M) if part.strip()]
        if not parts:
            sys.exit(f"the transcript of ./run {block[2]} in README.md is empty")
        at = 0
        for part in parts:
            found = done.stdout.find(part, at)
            if found < 0:
                sys.exit(f"README.md says this of ./run {block[2]}, and the program does not (transcript.py BEAMWRIGHT --update writes it anew):\n{part}")
            at = found + len(part)
        count += len(parts)
    if update:
        README.write_text(text)
    else:
        print(f"{count} parts of the transcripts are what the program says")


if __name__ == "__main__":
    main()
