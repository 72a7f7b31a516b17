"""Fails when a file of src/ includes a folder that its bw_module() line in CMakeLists.txt does not name, or an upward path."""
import pathlib
import re
import sys

root, table = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
rows = [line.split(":") for line in table.read_text().splitlines()]
allowed = {name: set(names.split()) | {name} for name, names in rows}
order = list(allowed)
bad = [f"{name} depends on {other}, which is declared after it"
       for name in order for other in allowed[name] - {name} if order.index(other) > order.index(name)]
includes = 0
for path in sorted(p for p in root.rglob("*") if p.suffix in (".h", ".cpp", ".inc")):
    folder = path.relative_to(root).parts[0]
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if found := re.match(r'\s*#\s*include "([^"]+)"', line):
            includes += 1
            if ".." in found[1] or found[1].split("/")[0] not in allowed[folder]:
                bad.append(f"{path}:{number}: {folder} may not include {found[1]}")
if includes == 0:
    bad.append("no include was seen: this check looked at nothing")
print("\n".join(bad) or f"{includes} includes keep the layers")
sys.exit(bool(bad))
