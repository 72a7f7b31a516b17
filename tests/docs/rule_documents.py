"""docs/rules: one page a rule and an index, made of the documents beside the rules and of what the lab measured, so that the
repository can be read without the program.

Usage: rule_documents.py BEAMWRIGHT [--write]   without --write, fails where a page is not what it would be written as.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "rules"
FAMILIES = ["supervision", "mailbox", "bottleneck", "blocking", "state", "cluster"]


def listed_rules(beamwright):
    """(code, name, severity, summary) of each rule, as the program lists them."""
    out = subprocess.run([beamwright, "rules", "--color", "never"], check=True, capture_output=True, text=True).stdout
    rules = []
    for line in out.splitlines():
        row = re.match(r"  (BW\d{3})  (\S+)\s+(info|low|medium|high|critical)\s+(.*)$", line)
        if row:
            rules.append(list(row.groups()))
        elif rules and line.startswith(" " * 10):
            rules[-1][3] += " " + line.strip()
    return [tuple(rule) for rule in rules]


def measured(beamwright, code):
    """The section that `explain` ends with where the lab has figures for a rule; set for a terminal, it still is Markdown."""
    out = subprocess.run([beamwright, "explain", code, "--color", "never"], check=True, capture_output=True, text=True).stdout
    _, heading, text = out.partition("\nMeasured\n")
    return f"\n## Measured\n{text.lstrip()}" if heading else ""


def pages(beamwright):
    """What every page holds, by its path."""
    documents = {path.stem.replace("_", "-"): path for path in (ROOT / "src" / "rules").glob("*/*.md")}
    rules = listed_rules(beamwright)
    index = ["# The rules", "",
             "Each page is the rule's own document, whose examples are its tests; `beamwright explain RULE` shows the same. "
             "[How often they were right](../precision.md) on projects that nobody tuned them for.", ""]
    result = {}
    for family in FAMILIES:
        index += [f"## {family}", "", "| rule | severity | what it finds |", "| --- | --- | --- |"]
        for code, name, severity, summary in rules:
            source = documents[name]
            if source.parent.name != family:
                continue
            index.append(f"| [{code} {name}]({code}.md) | {severity} | {summary} |")
            head = f"<!-- Made of {source.relative_to(ROOT)} by tests/docs/rule_documents.py --write. -->\n\n"
            result[PAGES / f"{code}.md"] = head + source.read_text() + measured(beamwright, code)
        index.append("")
    result[PAGES / "README.md"] = "\n".join(index)
    return result


def main():
    beamwright, write = sys.argv[1], "--write" in sys.argv[2:]
    wanted = pages(beamwright)
    stale = [path for path in PAGES.glob("*.md") if path not in wanted]
    wrong = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    if write:
        PAGES.mkdir(parents=True, exist_ok=True)
        for path in stale:
            path.unlink()
        for path in wrong:
            path.write_text(wanted[path])
        print(f"{len(wanted)} pages, {len(wrong)} written, {len(stale)} taken away")
        return 0
    for path in stale + wrong:
        print(f"{path.relative_to(ROOT)} is not what the rules' documents say")
    if stale or wrong:
        print("write them anew with: python3 tests/docs/rule_documents.py build/release/beamwright --write")
    return 1 if stale or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
