"""Completions and the manual page: that the shells themselves accept and use them, and that both know every command.

Usage: shells_test.py BEAMWRIGHT bash|zsh|fish|man
Exits with 77 where the shell or the formatter is not installed.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

BINARY = os.path.abspath(os.environ.get("BEAMWRIGHT") or sys.argv[1])
SKIPPED = 77


def need(program):
    if not shutil.which(program):
        print(f"skipped: {program} is not installed")
        sys.exit(SKIPPED)


def ours(*words):
    return subprocess.run([BINARY, *words], check=True, capture_output=True, text=True).stdout


def commands():
    listed = ours("--help").split("Subcommands:")[1].split("\n\n")[0]
    found = re.findall(r"^  (\w[\w-]*)", listed, re.M)
    assert {"check", "map", "completions", "man"} <= set(found), found
    return found


def expect(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def run(program, script, *arguments):
    done = subprocess.run([*program, *arguments], input=script, capture_output=True, text=True, timeout=60)
    expect(done.returncode == 0 and not done.stderr.strip(), f"{program} {arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def bash():
    script = ours("completions", "bash")

    def offered(*words):
        quoted = " ".join(f"'{word}'" for word in words)
        asked = f"\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _beamwright; printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
        return run(["bash", "--norc", "-u"], script + asked).split()

    expect(offered("beamwright", "check", "--fo") == ["--format"], "check --fo is --format")
    expect(set(offered("beamwright", "")) == set(commands()), "all commands are offered")
    expect(offered("beamwright", "ch") == ["check"], "ch is check")
    expect({"text", "json"} <= set(offered("beamwright", "check", "--format", "")), "values of --format")
    expect(offered("beamwright", "check", "--format", "=", "js") == ["json"], "--format=js is json")
    expect(offered("beamwright", "check", "--format", "=") == offered("beamwright", "check", "--format", ""), "nothing after =")
    expect(offered("beamwright", "map", "--format", "mer") == ["mermaid"], "each command has its own values")
    expect(offered("beamwright", "explain", "BW401") == ["BW401"], "rules by code")
    expect("blocking-call-handler" in offered("beamwright", "check", "--select", "blocking"), "rules by name")
    expect(offered("beamwright", "completions", "f") == ["fish"], "values of an argument")
    expect(offered("beamwright", "check", "--jobs", "") == [], "nothing is offered for a number")
    expect(offered("beamwright", "--ver") == ["--version"], "options of the program")


def zsh():
    need("zsh")
    script = ours("completions", "zsh")
    run(["zsh", "-n"], script)
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/_beamwright", "w") as file:
            file.write(script)
        # The functions are there once the file of $fpath has been read, and the command is known to be completed by it.
        said = run(["zsh", "-f"], f"""
            fpath=({folder} $fpath)
            autoload -Uz compinit && compinit -u -d {folder}/dump
            print -r -- $_comps[beamwright]
            autoload +X _beamwright && print -r -- ${{+functions[_beamwright]}}
        """).split()
        expect(said == ["_beamwright", "1"], f"zsh knows the completion: {said}")
        # What _arguments and _describe are told, by stand-ins that print it.
        said = run(["zsh", "-f"], f"""
            _arguments() {{ print -rl -- "$@"; state=command; return 0 }}
            _describe() {{ print -rl -- "${{(@P)4}}" }}
            compdef() {{ : }}
            source {folder}/_beamwright
            _beamwright; _beamwright_check
        """)
    for command in commands():
        expect(re.search(rf"^{command}:", said, re.M), f"zsh is told of {command}")
    expect(re.search(r"^--format=\[.*:\(text json.*\)$", said, re.M), "zsh is told of the values of --format")


def fish():
    need("fish")
    script = ours("completions", "fish")
    run(["fish", "--no-execute"], script)

    def offered(line):
        said = run(["fish", "--no-config"], script + f"\ncomplete -C '{line}'\n")
        return [row.split("\t")[0] for row in said.splitlines()]

    expect(offered("beamwright check --fo") == ["--format"], "check --fo is --format")
    expect(set(commands()) <= set(offered("beamwright ")), "all commands are offered")
    expect("json" in offered("beamwright check --format "), "values of --format")
    expect("BW401" in offered("beamwright explain BW"), "rules by code")


def man():
    page = ours("man")
    for command in commands():
        expect(re.search(rf"^\.SS \\fBbeamwright {command}\\fR", page, re.M), f"{command} is in the page")
        for option in re.findall(r"--[a-z][a-z-]+", ours(command, "--help").split("Exit codes")[0]):
            escaped = option.replace("-", r"\-")
            expect(escaped in page, f"{option} of {command} is in the page")
    checked = False
    if shutil.which("mandoc"):
        done = subprocess.run(["mandoc", "-T", "lint"], input=page, capture_output=True, text=True)
        # The page has no date, so that a version's page is always the same.
        complaints = [line for line in (done.stdout + done.stderr).splitlines() if "missing date" not in line]
        expect(not complaints, "\n".join(complaints))
        checked = True
    if shutil.which("man"):
        done = subprocess.run(["man", "--warnings", "-l", "-"], input=page, capture_output=True, text=True,
                              env={**os.environ, "MANWIDTH": "80", "MAN_KEEP_FORMATTING": "", "LC_ALL": "C.UTF-8"})
        expect(done.returncode == 0 and not done.stderr.strip(), done.stderr)
        expect("NO_COLOR" in done.stdout, "man shows the page")
        checked = True
    if not checked:
        print("skipped: neither mandoc nor man is installed")
        sys.exit(SKIPPED)


if __name__ == "__main__":
    {"bash": bash, "zsh": zsh, "fish": fish, "man": man}[sys.argv[2]]()
    print("passed")
