"""Tests of the page that need Node: that web/map/dist/map.html is what its sources make, and that maps and reviews work in a browser.

Usage: node_test.py rebuild|browser BEAMWRIGHT REPOSITORY FOLDER
Exits with 77 where npm, Chromium or the packages cannot be had.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def install(sources, folder):
    """A copy of a package with what its lock names beside it; installed anew only when the lock is another one."""
    if not shutil.which("npm"):
        skip("npm is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    for entry in sources.iterdir():
        if entry.name in ("node_modules", "dist"):
            continue
        if entry.is_dir():
            shutil.copytree(entry, folder / entry.name, dirs_exist_ok=True)
        else:
            shutil.copy(entry, folder / entry.name)
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        if "EUSAGE" in done.stderr or "in sync" in done.stderr:
            sys.exit(f"package-lock.json does not fit package.json:\n{done.stderr}")
        skip(f"npm ci failed:\n{done.stderr[-2000:]}")
    stamp.write_text(wanted)


def rebuild(repository, folder):
    install(repository / "web" / "map", folder / "page")
    made = folder / "map.html"
    subprocess.run(["node", "build.mjs", made], cwd=folder / "page", check=True)
    if made.read_bytes() != (repository / "web" / "map" / "dist" / "map.html").read_bytes():
        sys.exit("web/map/dist/map.html is not what web/map makes: run `npm ci && npm run build` in web/map")
    print("web/map/dist/map.html is what its sources make")


def browser(binary, repository, folder):
    chromium = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
    if not chromium:
        skip("Chromium is not installed")
    install(repository / "tests" / "map", folder / "browser")
    environment = {**os.environ, "BEAMWRIGHT": binary, "REPOSITORY": str(repository), "CHROMIUM": chromium, "FOLDER": str(folder)}
    sys.exit(subprocess.run(["node", "--test", "--test-reporter=spec", "browser.test.mjs", "review.test.mjs"], cwd=folder / "browser", env=environment).returncode)


def main():
    task, binary, repository, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).resolve(), pathlib.Path(sys.argv[4]).resolve()
    binary = os.path.abspath(os.environ.get("BEAMWRIGHT") or binary)
    if task == "rebuild":
        rebuild(repository, folder)
    else:
        browser(binary, repository, folder)


if __name__ == "__main__":
    main()
