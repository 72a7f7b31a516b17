"""Holds examples/shop/HAZARDS.md to the sources: every row names a file and a function that exist, all six families have rows in
both languages, and the twin has a file for each file. Usage: check_hazards.py EXAMPLES."""

import os
import re
import sys


def rows(path):
    with open(path, encoding="utf-8") as table:
        for line in table:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if len(cells) == 5 and cells[2].startswith("BW"):
                yield cells


def sources(root):
    for folder, _, names in os.walk(root):
        if "_build" not in folder.split(os.sep):
            yield from (os.path.relpath(os.path.join(folder, name), root) for name in names if name.endswith((".ex", ".erl")))


def defines(text, function, erlang):
    pattern = rf"(?m)^{function}\(" if erlang else rf"(?m)^\s*defp?\s+{function}\b"
    return re.search(pattern, text) is not None


def main():
    examples = sys.argv[1]
    shop = os.path.join(examples, "shop")
    problems = []
    seen = set()
    for file, function, rule, _, text in rows(os.path.join(shop, "HAZARDS.md")):
        path = os.path.join(shop, file)
        if not re.fullmatch(r"BW[1-6]\d\d", rule) or not text:
            problems.append(f"malformed row: {file} {function} {rule}")
        elif not os.path.exists(path):
            problems.append(f"no such file: {file}")
        else:
            with open(path, encoding="utf-8") as source:
                if not defines(source.read(), function, file.endswith(".erl")):
                    problems.append(f"{file} has no function {function}")
            seen.add((rule[2], "erlang" if file.endswith(".erl") else "elixir"))
    # The bottleneck family is one digit of the code like the others; each must show itself in either language.
    for family in "123456":
        for language in ("elixir", "erlang"):
            if (family, language) not in seen:
                problems.append(f"family BW{family}xx has no row in {language}")
    wrong, right = set(sources(shop)), set(sources(os.path.join(examples, "shop_right")))
    problems += [f"only in one of the twins: {file}" for file in sorted(wrong ^ right)]
    print("\n".join(problems) if problems else f"{len(wrong)} files in both, families {sorted(seen)}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
