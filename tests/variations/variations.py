"""Other ways in which people write the hazards that the rules look for: each a small project, written before it was known whether the rule sees it.

A variation is a file or a folder in tests/variations/RULE-NAME/. A comment `hazard` stands at the end of the line (or alone on the line above) where a
finding of that rule is expected, `hazard BW401 BW405` where one of other rules will do. It is found when such a finding of medium severity or above,
or a step of its path, stands within three lines. silent.txt lists the variations that are not found yet, with what the model would have to know;
one that is found now must be taken from the list, so that the figure stays true.

Usage: variations.py BEAMWRIGHT FOLDER [RULE-NAME…]"""

import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

MARK = re.compile(r"(?:#|%)\s*hazard\b((?:\s+BW\d{3})*)\s*$")
SERIOUS = ("medium", "high", "critical")


def sources(variation):
    if os.path.isfile(variation):
        return [variation]
    return [os.path.join(folder, name) for folder, _, names in os.walk(variation) for name in sorted(names) if name.endswith((".ex", ".exs", ".erl"))]


def marks(variation):
    """(path within the project, line, codes) of each mark."""
    root = os.path.dirname(variation) if os.path.isfile(variation) else variation
    for path in sources(variation):
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if found := MARK.search(line):
                    yield os.path.relpath(path, root), number, found.group(1).split()


def review(program, variation):
    with tempfile.TemporaryDirectory(prefix="beamwright_variation_") as work:
        if os.path.isfile(variation):
            shutil.copy(variation, work)
        else:
            shutil.copytree(variation, work, dirs_exist_ok=True)
        done = subprocess.run([program, "check", "--format", "json", work], stdout=subprocess.PIPE, text=True, timeout=60, check=False)
        return json.loads(done.stdout)["findings"]


def is_near(finding, file, line):
    places = [(finding["file"], finding["line"])] + [(step["file"], step["line"]) for step in finding.get("path", [])]
    return any(place == file and abs(at - line) <= 3 for place, at in places)


def judge(program, rule, variation):
    """None when every mark is found, else what is wrong."""
    expected = list(marks(variation))
    if not expected:
        return "has no mark `hazard`"
    findings = [finding for finding in review(program, variation) if finding["severity"] in SERIOUS]
    for file, line, codes in expected:
        if not any((finding["rule"] in codes or (not codes and finding["name"] == rule)) and is_near(finding, file, line) for finding in findings):
            return f"{file}:{line} is not found"
    return None


def listed_as_silent(folder):
    path = os.path.join(folder, "silent.txt")
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return dict(line.strip().split(None, 1) for line in file if line.strip() and not line.startswith("#"))


def main():
    program, folder, *only = sys.argv[1:]
    silent = listed_as_silent(folder)
    rules = [rule for rule in sorted(os.listdir(folder)) if os.path.isdir(os.path.join(folder, rule)) and (not only or rule in only)]
    names = [(rule, name) for rule in rules for name in sorted(os.listdir(os.path.join(folder, rule)))]
    problems = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        judged = list(pool.map(lambda at: judge(program, at[0], os.path.join(folder, *at)), names))
    for (rule, name), wrong in zip(names, judged):
        known = silent.get(f"{rule}/{name}")
        if wrong and known is None:
            problems.append(f"{rule}/{name}: {wrong}")
        if not wrong and known is not None:
            problems.append(f"{rule}/{name} is found now: take it from silent.txt")
    if not only:
        problems += [f"silent.txt names {entry}, which is not here" for entry in silent if tuple(entry.split("/", 1)) not in names]
    found = sum(1 for wrong in judged if not wrong)
    print("\n".join(problems + [f"{found} of {len(names)} variations of {len(rules)} rules are found"]))
    return 1 if problems or not names else 0


if __name__ == "__main__":
    sys.exit(main())
