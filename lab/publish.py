"""docs/lab.json and docs/lab.md: what the experiments measured, for each generation of the VM.

Usage: publish.py ROWS      puts the rows of one run, as lab.exs writes them, into docs/lab.json and writes docs/lab.md anew
       publish.py           writes docs/lab.md anew
       publish.py --check   fails where docs/lab.md is not what docs/lab.json says
"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
DATA = ROOT / "docs" / "lab.json"
PAGE = ROOT / "docs" / "lab.md"


def generation(run):
    """Runs on the same releases replace each other, whatever their patch level."""
    return run["otp"].split(".")[0], run["elixir"].rsplit(".", 1)[0]


def merge(runs, new):
    """The runs with the rows of a new one; rows of rules that it did not measure stay, unless the rule is gone."""
    rules = {path.stem.replace("_", "-") for path in (ROOT / "src" / "rules").glob("*/*.md")}
    old = next((run for run in runs if generation(run) == generation(new)), {"rows": []})
    rows = {row["rule"]: row for row in old["rows"] + new["rows"] if row["rule"] in rules}
    merged = {**new, "rows": sorted(rows.values(), key=lambda row: row["code"])}
    return sorted([run for run in runs if run is not old] + [merged], key=lambda run: int(generation(run)[0]))


def dumped(runs):
    """One line a row, so that a change of one figure is a change of one line."""
    parts = []
    for run in runs:
        rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in run["rows"])
        parts.append('{"otp": %s, "elixir": %s, "rows": [\n%s\n]}' % (json.dumps(run["otp"]), json.dumps(run["elixir"]), rows))
    return "[\n" + ",\n".join(parts) + "\n]\n"


def figure(row, side):
    number = row[side]
    text = f"{number:,}" if isinstance(number, int) else f"{number:,.1f}" if number >= 1 else str(number)
    return f"more than {text}" if row["limit"] is not None and number >= row["limit"] else text


def page(runs):
    """The table: a row a rule, its figures side by side for each VM."""
    versions = [f"OTP {run['otp']}, Elixir {run['elixir']}" for run in runs]
    lines = ["# What the lab measured", "",
             "Each rule's hazard and fix, as its document writes them, run on real VMs by `./run lab`; the figures are medians of several runs, each variant in a "
             "VM of its own. CONTRIBUTING.md says how an experiment is made. Times are those of a shared machine: their ratio counts, and so does what "
             "must hold, which each run judges anew.", "",
             "| rule | measured | must hold | " + " | ".join(f"hazard → fix, {version}" for version in versions) + " |",
             "| --- | --- | --- |" + " --- |" * len(runs)]
    by_code = {}
    for at, run in enumerate(runs):
        for row in run["rows"]:
            by_code.setdefault((row["code"], row["rule"]), [None] * len(runs))[at] = row
    for (code, rule), rows in sorted(by_code.items()):
        first = next(row for row in reversed(rows) if row)
        note = f" ({first['note']})" if first["note"] else ""
        cells = [f"{figure(row, 'hazard')} → {figure(row, 'fix')} {row['unit']}" + ("" if row["holds"] else ", **does not hold**") if row else "not measured"
                 for row in rows]
        lines.append(f"| [{code} {rule}](rules/{code}.md) | {first['measured']}{note} | {first['must_hold']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    runs = json.loads(DATA.read_text()) if DATA.exists() else []
    if sys.argv[1:] == ["--check"]:
        if PAGE.read_text() != page(runs):
            print("docs/lab.md is not what docs/lab.json says: write it anew with python3 lab/publish.py")
            return 1
        return 0
    if len(sys.argv) == 2:
        runs = merge(runs, json.loads(pathlib.Path(sys.argv[1]).read_text()))
        DATA.write_text(dumped(runs))
    PAGE.write_text(page(runs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
