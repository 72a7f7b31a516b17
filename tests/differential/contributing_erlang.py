"""Runs the lines of Erlang that CONTRIBUTING.md shows, as they stand there: they must find the trees of a module with headers equal.

Usage: contributing_erlang.py BEAMWRIGHT FILE...
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULE = """-module(orders).
-include("orders.hrl").
-include("shop.hrl").
-include_lib("kernel/include/file.hrl").
-record('odd name', {a = "é" :: string(), 'B' = $\\x{6f22}}).
-doc #{since => 1.0e10}.
f(#order{id = 'Id'} = O) -> {O, ?TAX, 123456789012345678901234567890, <<"é"/utf8>>, #'odd name'.'B', "漢\\n\\"", -1.5e-7, '漢'}.
"""


def main():
    binary = pathlib.Path(os.environ.get("BEAMWRIGHT") or sys.argv[1]).resolve()
    block = re.search(r"```erlang\n(%% escript (compare\.escript) \S+\n.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.S)
    if not block:
        sys.exit("CONTRIBUTING.md does not say how to compare a tree with Erlang's")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for part in ("build/release", "src", "include"):
            (folder / part).mkdir(parents=True)
        (folder / "build/release/beamwright").symlink_to(binary)
        (folder / "src/orders.erl").write_text(MODULE)
        (folder / "src/orders.hrl").write_text("-record(order, {id}).\n")
        (folder / "include/shop.hrl").write_text("-define(TAX, 0.19).\n")
        sources = [shutil.copy(source, folder / "src") for source in sys.argv[2:]]
        (folder / block[2]).write_text(block[1])
        for source in ["orders.erl"] + [pathlib.Path(source).name for source in sources]:
            done = subprocess.run(["escript", block[2], f"src/{source}"], cwd=folder, capture_output=True, text=True)
            if done.stdout != "equal\n" or done.returncode != 0:
                sys.exit(f"the lines of CONTRIBUTING.md said of {source}: {done.stdout!r}\n{done.stderr}")


if __name__ == "__main__":
    main()
