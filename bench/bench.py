"""Prints, from one run on one machine, megabytes per second of lexing, parsing, lowering and the whole review for both languages,
beside their peers, and the peak memory of the review. With --instructions: what callgrind counts for fixed inputs, held against
bench/instructions.json (more than 10 % above the recorded figure fails; --record writes it anew).

Usage: bench.py --build DIR --beamwright BINARY [--elixir DIR ...] [--erlang DIR ...] [--instructions | --record]
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
LIMIT = 1.10


def sources(folders, endings):
    found = []
    for folder in folders:
        found += [p for p in sorted(pathlib.Path(folder).rglob("*")) if p.suffix in endings and p.is_file()]
    return [str(p) for p in found]


def run(command, files):
    done = subprocess.run(command, input="\n".join(files) + "\n", capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"bench: {command[0]} failed: {done.stderr[-400:]}")
    return done.stdout.split()


def megabytes_per_second(size, nanoseconds):
    return size / 1e6 / (nanoseconds / 1e9)


def review(binary, folder):
    """Seconds and peak bytes of one whole review, as the operating system accounts for it."""
    start = time.monotonic()
    pid = os.posix_spawn(binary, [binary, "check", "--format", "json", "--fail-on", "none", folder], os.environ,
                         file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"bench: check {folder} failed")
    return time.monotonic() - start, usage.ru_maxrss * 1024


def speed(args):
    rows = []
    for language, folders, endings in (("elixir", args.elixir, {".ex", ".exs"}), ("erlang", args.erlang, {".erl"})):
        files = sources(folders, endings)
        if not files:
            continue
        size = sum(os.path.getsize(f) for f in files)
        stages = dict(zip(("bytes", "lex", "parse", "lower"), map(int, run([str(args.build / "bench_stages"), language], files))))
        peer = args.build / "bench_tree_sitter"
        if language == "elixir" and peer.exists():
            name, result = "tree-sitter", run([str(peer)], files)
        elif language == "erlang":
            name, result = "erl_scan + erl_parse", run(["escript", str(HERE / "erl_parse.escript")], files)
        else:
            name, result = None, None
        print(f"{language}: {len(files)} files, {size / 1e6:.1f} MB, one thread")
        parse_speed = megabytes_per_second(stages["bytes"], stages["parse"])
        print(f"  lex            {megabytes_per_second(stages['bytes'], stages['lex']):8.1f} MB/s")
        print(f"  lex + parse    {parse_speed:8.1f} MB/s")
        print(f"  lower          {megabytes_per_second(stages['bytes'], stages['lower']):8.1f} MB/s")
        if result:
            peer_speed = megabytes_per_second(int(result[0]), int(result[1]))
            print(f"  {name:<22} {peer_speed:.1f} MB/s: ours is {parse_speed / peer_speed:.1f} times as fast")
            rows.append((language, parse_speed / peer_speed))
        for folder in folders:
            times = [review(str(args.beamwright), str(folder)) for _ in range(5)]
            seconds, peak = sorted(t for t, _ in times)[2], max(p for _, p in times)
            own = sum(os.path.getsize(f) for f in sources([folder], {".ex", ".exs", ".erl", ".hrl"}))
            print(f"  check {pathlib.Path(folder).name}: {seconds:.2f} s, {own / 1e6 / seconds:.0f} MB/s, peak {peak / 1e6:.0f} MB "
                  f"({peak / max(own, 1):.1f} bytes a byte of source)")
    return all(ratio >= 10 for _, ratio in rows), ", ".join(f"{l} parsing {r:.1f} times its peer (target 10)" for l, r in rows)


def instructions(args):
    """Instructions per byte of the review of the bundled examples: the same on every machine with the same binary."""
    recorded_path = HERE / "instructions.json"
    counts = {}
    for name in ("shop", "shop_right"):
        folder = HERE.parent / "examples" / name
        with tempfile.NamedTemporaryFile() as out:
            done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", str(args.beamwright), "check",
                                   "--jobs", "1", "--fail-on", "none", "--format", "json", str(folder)], capture_output=True, text=True)
        total = re.search(r"Collected : (\d+)", done.stderr)
        if done.returncode != 0 or not total:
            sys.exit(f"bench: callgrind failed: {done.stderr[-400:]}")
        counts[name] = int(total[1])
    if args.record:
        recorded_path.write_text(json.dumps(counts, indent=2) + "\n")
        return True, f"recorded {counts}"
    recorded = json.loads(recorded_path.read_text())
    good = all(counts[n] <= recorded[n] * LIMIT for n in counts)
    return good, ", ".join(f"{n} {counts[n]:,} instructions ({counts[n] / recorded[n]:.2f} of the recorded figure)" for n in counts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="folder of bench_stages and bench_tree_sitter")
    parser.add_argument("--beamwright", type=pathlib.Path, required=True)
    parser.add_argument("--elixir", nargs="*", default=[])
    parser.add_argument("--erlang", nargs="*", default=[])
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--record", action="store_true")
    args = parser.parse_args()
    args.beamwright = args.beamwright.resolve()
    good, summary = instructions(args) if args.instructions or args.record else speed(args)
    print(summary)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
