"""Reviews both shops with the program: the one written right gets SHIP without a finding of medium or above; the other does not
ship, has findings in all six families, and each is a hazard that HAZARDS.md lists for that file. The table says of each hazard whether
the rule finds it in that file. Usage: review_examples.py BEAMWRIGHT EXAMPLES [--write]; --write says in the table what is found."""

import json
import os
import subprocess
import sys

from check_hazards import rows


def review(program, path):
    done = subprocess.run([program, "check", "--format", "json", path], stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    return done.returncode, json.loads(done.stdout)


def mark_found(table, found):
    """Writes yes or no into the fourth column of each row."""
    with open(table, encoding="utf-8") as file:
        lines = file.readlines()
    for number, line in enumerate(lines):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 5 and cells[2].startswith("BW"):
            cells[3] = "yes" if (cells[0], cells[2]) in found else "no"
            lines[number] = "| " + " | ".join(cells) + " |\n"
    with open(table, "w", encoding="utf-8") as file:
        file.writelines(lines)


def main():
    program, examples = sys.argv[1:3]
    problems = []
    code, right = review(program, os.path.join(examples, "shop_right"))
    if code != 0 or right["verdict"] != "SHIP":
        problems.append(f"shop_right: exit {code}, {right['verdict']}")
    for finding in right["findings"]:
        if finding["severity"] in ("medium", "high", "critical"):
            problems.append(f"shop_right: {finding['rule']} {finding['file']}:{finding['line']} {finding['message']}")

    shop = os.path.join(examples, "shop")
    code, wrong = review(program, shop)
    if code != 1 or wrong["verdict"] == "SHIP":
        problems.append(f"shop: exit {code}, {wrong['verdict']}")
    families = {finding["rule"][2] for finding in wrong["findings"]}
    if families != set("123456"):
        problems.append(f"shop: findings in the families {sorted(families)} only")
    found = {(finding["file"], finding["rule"]) for finding in wrong["findings"]}
    table = os.path.join(shop, "HAZARDS.md")
    if "--write" in sys.argv:
        mark_found(table, found)
    known = {(file, rule) for file, _, rule, _, _ in rows(table)}
    for file, function, rule, said, _ in rows(table):
        if said != ("yes" if (file, rule) in found else "no"):
            problems.append(f"HAZARDS.md: {file} {function} {rule} says {said}")
    for finding in wrong["findings"]:
        if (finding["file"], finding["rule"]) not in known:
            problems.append(f"shop: not in HAZARDS.md: {finding['rule']} {finding['file']}:{finding['line']} {finding['message']}")
    print("\n".join(problems) if problems else f"shop: {wrong['verdict']}, {len(wrong['findings'])} findings; shop_right: SHIP")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
