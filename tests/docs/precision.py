"""docs/precision.md: the counts at its head are those of the readings below them, and each rule that is named exists.

Usage: precision.py BEAMWRIGHT [--write]   without --write, fails where the counts are not what they would be written as.
"""
import collections
import pathlib
import re
import subprocess
import sys

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "precision.md"
JUDGEMENTS = ("true", "arguable", "false", "false then")
COUNTS = "| rule | true | arguable | false | false then |"
READINGS = "| rule | project and commit | place | judgement | why |"


def readings(text):
    """(rule, judgement) of each row; a row of another form is an error, so that none is left out unnoticed."""
    rows = []
    for line in text[text.index(READINGS):].splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if not line.startswith("|"):
            continue
        if len(cells) != 5 or cells[3] not in JUDGEMENTS:
            sys.exit(f"precision.md: no reading: {line}")
        rows.append((cells[0], cells[3]))
    return rows


def counts_of(rows):
    counts = collections.defaultdict(collections.Counter)
    for rule, judgement in rows:
        counts[rule][judgement] += 1
    total = collections.Counter(judgement for _, judgement in rows)
    lines = [COUNTS, "| --- | ---: | ---: | ---: | ---: |"]
    lines += [f"| {rule} | " + " | ".join(str(counts[rule][j]) for j in JUDGEMENTS) + " |" for rule in sorted(counts)]
    lines.append(f"| all {len(rows)} | " + " | ".join(str(total[j]) for j in JUDGEMENTS) + " |")
    return "\n".join(lines)


def main():
    text = PAGE.read_text()
    rows = readings(text)
    listed = subprocess.run([sys.argv[1], "rules", "--color", "never"], check=True, capture_output=True, text=True).stdout
    known = set(re.findall(r"^  BW\d{3}  (\S+)", listed, re.MULTILINE))
    unknown = {rule for rule, _ in rows} - known
    if unknown:
        sys.exit(f"precision.md: no such rule: {', '.join(sorted(unknown))}")
    begin = text.index(COUNTS)
    end = text.index("\n\n", begin)
    wanted = text[:begin] + counts_of(rows) + text[end:]
    if "--write" in sys.argv:
        PAGE.write_text(wanted)
    elif wanted != text:
        sys.exit("precision.md: the counts are not those of the readings; precision.py BEAMWRIGHT --write counts again")


main()
