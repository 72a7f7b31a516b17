"""The packages that `./run package` makes: that each holds what it should and that what it installs runs, without a network.

Usage: packages_test.py BEAMWRIGHT REPOSITORY deb|npm|wrappers
Exits with 77 where a program that makes them is not installed.
"""
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BINARY = pathlib.Path(os.environ.get("BEAMWRIGHT") or sys.argv[1]).resolve()
REPOSITORY = pathlib.Path(sys.argv[2]).resolve()
PLATFORM = {"x86_64": "linux-x64", "aarch64": "linux-arm64"}.get(os.uname().machine)
VERSION = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]


def expect(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def run(*words, code=0, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=120, **options)
    expect(done.returncode == code, f"{words}: exit code {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout + done.stderr


def make(folder):
    needed = [program for program in ("cpack", "dpkg-deb", "gzip", "strip", "node", "npm") if not shutil.which(program)]
    if needed or not PLATFORM:
        print(f"skipped: {', '.join(needed) or os.uname().machine}")
        sys.exit(77)
    run(REPOSITORY / "integrations" / "package.sh", BINARY.parent, folder)


def deb(folder):
    (package,) = folder.glob(f"beamwright_{VERSION}_*.deb")
    root = folder / "root"
    run("dpkg-deb", "-x", package, root)
    program = root / "usr/bin/beamwright"
    expect(run(program, "--version") == f"beamwright {VERSION}\n", "the program runs")
    expect("CRITICAL" in run(program, "check", REPOSITORY / "examples" / "shop", code=1), "it reviews")
    share = root / "usr/share"
    for name, words in (("man/man1/beamwright.1.gz", ["man"]), ("bash-completion/completions/beamwright", ["completions", "bash"]),
                        ("zsh/vendor-completions/_beamwright", ["completions", "zsh"]),
                        ("fish/vendor_completions.d/beamwright.fish", ["completions", "fish"])):
        content = (share / name).read_bytes()
        content = gzip.decompress(content) if name.endswith(".gz") else content
        expect(content.decode() == run(program, *words), name)
    for name in ("copyright", "changelog.gz", "CHANGELOG.md.gz", "configuration.md", "rules/BW401.md"):
        expect((share / "doc/beamwright" / name).is_file(), name)
    control = run("dpkg-deb", "-I", package)
    expect(f"Version: {VERSION}" in control and "Depends" not in control, control)
    modes = {line.split()[0] for line in run("dpkg-deb", "-c", package).splitlines()}
    expect(modes <= {"drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x"}, f"modes {modes}")
    if shutil.which("lintian") and subprocess.run(["ldd", BINARY], capture_output=True).returncode != 0:  # a static one
        expect(not re.search(r"^[EW]:", run("lintian", "--allow-root", package), re.M), "lintian has nothing to say")


def npm(folder):
    project = folder / "project"
    project.mkdir()
    (project / "package.json").write_text('{"private": true}\n')
    environment = {**os.environ, "npm_config_cache": str(folder / "cache"), "npm_config_update_notifier": "false"}
    environment.pop("BEAMWRIGHT_PATH", None)
    main, platform = folder / f"beamwright-{VERSION}.tgz", folder / f"beamwright-{PLATFORM}-{VERSION}.tgz"

    def install(*packages):
        run("npm", "install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", *packages, cwd=project, env=environment)

    def npx(*words, code=0):
        return run("npx", "--offline", "beamwright", *words, code=code, cwd=project, env=environment)

    install(platform, main)
    expect(f"beamwright {VERSION}" in npx("--version"), "npx runs the program")
    expect("CRITICAL" in npx("check", REPOSITORY / "examples" / "shop", code=1), "exit codes come through")
    expect("none-such" in npx("check", "--format", "none-such", code=2), "errors, too")
    lock = (project / "package-lock.json").read_text()
    expect("://" not in lock, "the lock file names no host")
    for package in (main, platform):
        listed = run("tar", "--list", "--file", package)
        expect("package/LICENSE" in listed, f"{package} has its licence")
    starter = project / "node_modules/beamwright/bin/beamwright.js"
    shutil.rmtree(project / "node_modules" / "@beamwright")
    expect("is not installed" in run("node", starter, code=2, env=environment), "what is missing is said")
    expect(VERSION in run("node", starter, "--version", env={**environment, "BEAMWRIGHT_PATH": str(BINARY)}), "BEAMWRIGHT_PATH")


def wrappers(folder):
    name = f"beamwright-{VERSION}-{PLATFORM}"
    sha256 = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    for checksums in (folder / "checksums.txt", folder / "mix/priv/checksums.txt", folder / "rebar3/priv/checksums.txt"):
        expect(f"{sha256}  {name}\n" in checksums.read_text(), f"{checksums} pins the binary")
    expect(run(folder / name, "--version") == f"beamwright {VERSION}\n", "the binary alone runs")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="beamwright_packages_") as made:
        made = pathlib.Path(made).resolve()
        make(made)
        for task in sys.argv[3:]:
            {"deb": deb, "npm": npm, "wrappers": wrappers}[task](made)
            print(f"{task}: passed")
