"""Compiles one example as its team would, without a network, and runs a script inside its started system.

Usage: run_example.py EXAMPLE SCRIPT. The example is copied first, so that nothing is ever built in the repository. It passes
when the compilers say nothing that looks like a warning and the script ends well; the script's own text says what it shows.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(command, folder, environment, seconds):
    """Runs to the end and returns the exit code with all that was printed; a run that hangs is killed and fails."""
    try:
        done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=seconds)
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired as expired:
        output = expired.stdout or b""
        return 124, (output.decode(errors="replace") if isinstance(output, bytes) else output) + "\n(did not end in time)\n"


def main():
    example, script = sys.argv[1:3]
    with tempfile.TemporaryDirectory(prefix="beamwright_example_") as temporary:
        folder = os.path.join(temporary, "project")
        shutil.copytree(example, folder, ignore=shutil.ignore_patterns("_build", "data"))
        environment = dict(os.environ, MIX_ENV="dev", MIX_HOME=os.path.join(temporary, "mix"),
                           HEX_HOME=os.path.join(temporary, "hex"), HEX_OFFLINE="1", HOME=temporary, LANG="C.UTF-8",
                           SHOP_PORT=str(free_port()), SHOP_DATA=os.path.join(temporary, "data"))
        code, output = run(["mix", "compile", "--warnings-as-errors"], folder, environment, 60)
        print(output)
        if code != 0 or "warning" in output.lower():
            print(f"FAILED: {example} does not compile cleanly")
            return 1
        code, output = run(["mix", "run", "--no-compile", "-r", os.path.join(os.path.dirname(script), "support.exs"), script], folder, environment, 50)
        print(output)
        if code != 0 or "SHOWN" not in output:
            print(f"FAILED: {os.path.basename(script)} ended with {code}")
            return 1
    print("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
