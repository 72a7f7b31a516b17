"""docs/facts.md: each row is named once, its rule exists, the sections have as many rows as they say, and, where the projects are at
hand, every line that is quoted is one that the program prints, and the rule finds the row.

Usage: facts.py BEAMWRIGHT [--rows DIR --mirrors DIR [--only ID …] [--write]]
  --rows DIR     the list of fixed hazards, DIR/positives.tsv: id, repo, parent_sha, file, lines, hazard
  --mirrors DIR  full-history git directories DIR/OWNER+NAME/repo, from which the tree before the fix is exported
  --write        puts the sentence of the list and of the rule at the head of each row, and in place of a quoted line that is no
                 longer printed the line that is printed about the same place, where there is just one
"""
import argparse
import csv
import difflib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "facts.md"
SECTIONS = ("Values", "Input", "Paths", "Results")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
ROW = re.compile(r"^\*\*(F\d-\d+)\*\* (\S+), lines? ([\d, -]+) at `([^`]+)`: (.+)\. Found by ([a-z-]+) \((BW\d{3})\)\.$")
TABLE_ROW = re.compile(r"^\| ((?:F\d-\d+(?:, )?)+) \|")
SERIOUS = ("medium", "high", "critical")
READ = (".ex", ".exs", ".erl", ".hrl", ".eex", ".app.src", ".app", ".yrl", ".xrl", "rebar.config", "mix.lock", "Emakefile", "Makefile",
        "erlang.mk")
NEAR = 6  # lines between a row's place and a finding that is still about it, as where recall is measured


def fail(text):
    sys.exit(f"facts.md: {text}")


class Row:
    def __init__(self, head, quoted, at):
        match = ROW.match(head)
        if not match:
            fail(f"no row: {head}")
        self.id, self.repo, self.lines, self.file, self.hazard, self.rule, self.code = match.groups()
        self.quoted = quoted
        self.at = at  # of the head, among the lines of the page


def read(lines):
    """The rows of each section, with what else the page says about a section."""
    rows, words, tables, section, i = {s: [] for s in SECTIONS}, {s: "" for s in SECTIONS}, [], None, 0
    while i < len(lines):
        line = lines[i]
        if line.startswith("## "):
            section = line[3:]
            if section not in rows:
                fail(f"no such section: {section}")
        elif line.startswith("**"):
            if lines[i + 1] != "" or lines[i + 2] != "```":
                fail(f"no quoted lines below: {line}")
            end = lines.index("```", i + 3)
            rows[section].append(Row(line, lines[i + 3:end], i))
            i = end
        elif TABLE_ROW.match(line):
            tables += TABLE_ROW.match(line)[1].split(", ")
        elif section and not rows[section]:
            words[section] += line + " "
        i += 1
    return rows, words, tables


def check_page(rows, words, tables, rules):
    known = {}
    for section, members in rows.items():
        counted = re.findall(r"\b([A-Z][a-z]+) rows\.", words[section])
        if not counted or counted[-1].lower() not in NUMBERS or NUMBERS.index(counted[-1].lower()) != len(members):
            fail(f"{section}: says {counted[-1:] or 'nothing'}, has {len(members)} rows")
        for row in members:
            if row.id in known:
                fail(f"{row.id} stands twice")
            known[row.id] = row
            if rules.get(row.code) != row.rule:
                fail(f"{row.id}: no such rule: {row.rule} ({row.code})")
            if not row.quoted or any(not line.strip() for line in row.quoted):
                fail(f"{row.id}: a quoted line is empty")
    for other in tables:
        if not re.fullmatch(r"F\d-\d+", other):
            fail(f"no row: {other}")
        if tables.count(other) > 1:
            fail(f"{other} stands in two tables")
    return known


def rules_of(tool):
    listed = subprocess.run([tool, "rules", "--color", "never"], check=True, capture_output=True, text=True).stdout
    return dict(re.findall(r"^  (BW\d{3})  (\S+)", listed, re.MULTILINE))


def tree_of(mirrors, work, repo, sha):
    """The files of the tree that a review reads; others may be missing from a mirror."""
    tree = work / (repo.replace("/", "+") + "@" + sha[:12])
    if not tree.exists():
        tree.mkdir(parents=True)
        base = mirrors / repo.replace("/", "+") / "repo"
        git = ["git", "--git-dir", str(base / ".git" if (base / ".git").exists() else base)]
        listed = subprocess.run(git + ["ls-tree", "-r", "-z", "--name-only", sha], check=True, capture_output=True).stdout
        names = [name for name in listed.split(b"\0") if name.decode("utf-8", "replace").endswith(READ)]
        for i in range(0, len(names), 400):
            archive = subprocess.run(git + ["archive", sha, "--", *names[i:i + 400]], check=True, capture_output=True).stdout
            subprocess.run(["tar", "x", "-C", str(tree)], input=archive, check=True)
    return tree


def places(lines):
    spans = (re.fullmatch(r"(\d+)(?:-(\d+))?", part) for part in re.split(r"[,;\s]+", lines.strip()))
    return [(int(s[1]), int(s[2] or s[1])) for s in spans if s]


def is_found(tool, tree, row, listed):
    report = subprocess.run([tool, "check", "--format", "json", "--fail-on", "none", "--select", row.code, str(tree)],
                            check=True, capture_output=True, text=True).stdout
    for finding in json.loads(report)["findings"]:
        for place in [finding] + finding["path"]:
            near = any(a - NEAR <= place["line"] <= b + NEAR for a, b in places(listed["lines"]))
            if finding["severity"] in SERIOUS and place["file"] == listed["file"] and near:
                return True
    return False


def about(line):
    """The place that a line of the dump is about, with the words before it."""
    match = re.match(r"(.*?\S+\.(?:ex|erl|hrl)\b)", line)
    return match[1] if match else line.split(":")[0]


def compare(row, printed, write):
    """The quoted lines as they should be; with what is wrong about them."""
    wanted, wrong = [], []
    for line in row.quoted:
        if line.strip() in printed:
            wanted.append(line)
            continue
        same = [other for other in printed if about(other) == about(line.strip())]
        close = difflib.get_close_matches(line.strip(), same, 1, 0.8)
        wrong.append(f"{row.id}: not printed: {line}" + (f"\n    but: {close[0]}" if close else ""))
        wanted.append(close[0] if close else line)
    return wanted, wrong


def head_of(row, listed, rules):
    many = "lines" if re.search(r"[,-]", listed["lines"]) else "line"
    lines = ", ".join(re.split(r"[,;\s]+", listed["lines"].strip()))
    return (f"**{row.id}** {listed['repo']}, {many} {lines} at `{listed['file']}`: {listed['hazard'].rstrip('.')}. "
            f"Found by {rules[row.code]} ({row.code}).")


def check_trees(arguments, lines, known, rules):
    with open(arguments.rows / "positives.tsv", newline="") as f:
        listed = {r["id"]: r for r in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)}
    wrong, printed = [], {}
    with tempfile.TemporaryDirectory() as work:
        for row in sorted(known.values(), key=lambda r: -r.at):
            if arguments.only and row.id not in arguments.only:
                continue
            if row.id not in listed:
                fail(f"{row.id} is not in the list")
            wanted = listed[row.id]
            tree = tree_of(arguments.mirrors, pathlib.Path(work), wanted["repo"], wanted["parent_sha"])
            if tree not in printed:
                dump = subprocess.run([arguments.tool, "dump", "--stage", "facts", str(tree)],
                                      check=True, capture_output=True, text=True).stdout
                printed[tree] = {line.strip().replace(f"{tree}/", "") for line in dump.splitlines()}
            quoted, faults = compare(row, printed[tree], arguments.write)
            head = head_of(row, wanted, rules)
            if lines[row.at] != head:
                faults.append(f"{row.id}: its head should be: {head}")
            if arguments.write:
                faults = [fault for fault in faults if "not printed" in fault and "but:" not in fault]
                lines[row.at + 3:row.at + 3 + len(row.quoted)] = quoted
                lines[row.at] = head
            if not is_found(arguments.tool, tree, row, wanted):
                faults.append(f"{row.id}: {row.rule} does not find it")
            wrong += faults
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("--rows", type=pathlib.Path)
    parser.add_argument("--mirrors", type=pathlib.Path)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    lines = PAGE.read_text().split("\n")
    rules = rules_of(arguments.tool)
    known = check_page(*read(lines), rules)
    if not arguments.rows or not arguments.mirrors:
        return
    wrong = check_trees(arguments, lines, known, rules)
    if arguments.write:
        PAGE.write_text("\n".join(lines))
    if wrong:
        fail("\n  ".join(["what is quoted is not what the program says"] + wrong))


main()
