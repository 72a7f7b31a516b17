"""What Neovim shows of examples/shop, beside what `beamwright check` says of it.

Usage: editor_test.py BEAMWRIGHT REPOSITORY
Exits with 77 where Neovim is not installed.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77


def main():
    binary, repository = os.path.abspath(os.environ.get("BEAMWRIGHT") or sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    if not shutil.which("nvim"):
        print("skipped: Neovim is not installed")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory(prefix="beamwright-editor-") as folder:
        root = pathlib.Path(folder).resolve() / "shop"
        shutil.copytree(repository / "examples" / "shop", root)
        checked = json.loads(subprocess.run([binary, "check", "--format", "json", str(root)], capture_output=True, text=True).stdout)
        by_file = {}
        for finding in checked["findings"]:
            by_file.setdefault(finding["file"], []).append((finding["line"], finding["rule"], finding["message"]))
        file = max(by_file, key=lambda name: (len(by_file[name]), name))
        environment = {**os.environ, "BEAMWRIGHT": binary, "ROOT": str(root), "FILE": file, "XDG_CACHE_HOME": folder, "XDG_STATE_HOME": folder,
                       "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}
        done = subprocess.run(["nvim", "--headless", "--clean", "-n", "-S", str(repository / "tests" / "lsp" / "editor_test.lua")], env=environment,
                              capture_output=True, text=True, timeout=120)
        try:
            seen = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
        except StopIteration:
            sys.exit(f"Neovim said nothing: {done.stdout}{done.stderr}")
        if "fault" in seen:
            sys.exit(f"{seen['fault']}\n{done.stderr}")
        shown = sorted((row["line"], row["code"], row["message"]) for row in seen["found"])
        if shown != sorted(by_file[file]):
            sys.exit(f"Neovim shows\n{shown}\nand check\n{sorted(by_file[file])}")
        if seen["left"] >= len(shown) or not seen["hovered"]:
            sys.exit(f"after the code action: {seen}")
        print(f"Neovim shows the {len(shown)} findings of {file}, and {seen['left']} after '{seen['action']}'")


if __name__ == "__main__":
    main()
