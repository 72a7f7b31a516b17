"""Prints, from one run on one machine, megabytes per second of lexing, parsing, lowering and the whole review for both languages,
beside their peers, and the peak memory of the review. With --instructions: what callgrind counts for reviews of the bundled
examples, stage by stage, held against bench/instructions.json (more than 10 % above a recorded figure fails; --record writes it anew).

Usage: bench.py --beamwright BINARY --build DIR [--elixir DIR ...] [--erlang DIR ...]
       bench.py --beamwright BINARY --instructions | --record
Exit code 1 when a target is missed or could not be measured.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TIMES_PEER = 10  # parsing, in bytes per second, against the peer's
LINES_PER_SECOND = 1_000_000  # of the whole review on two cores
BYTES_PER_BYTE = 12  # peak memory against the bytes of source
BASE_MEMORY = 30e6  # what the review of an empty project may take: the target on memory is for projects that are larger
INSTRUCTIONS = 1.10  # against the recorded figure
ROUNDS = 5


def run(command, lines=None):
    done = subprocess.run(command, input=lines, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"bench: {command[0]} failed: {(done.stderr or done.stdout)[-400:]}")
    return done.stdout


def megabytes_per_second(size, nanoseconds):
    return size / 1e6 / (nanoseconds / 1e9)


def review(binary, folder):
    """Seconds, seconds of processor time, peak bytes and the summary of one whole review, as the operating system accounts for it."""
    with tempfile.TemporaryFile() as out:
        start = time.monotonic()
        pid = os.posix_spawn(binary, [binary, "check", "--format", "json", "--fail-on", "none", folder], os.environ,
                             file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)])
        _, status, usage = os.wait4(pid, 0)
        seconds = time.monotonic() - start
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"bench: check {folder} failed")
        out.seek(0)
        return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, json.load(out)["summary"]


def compare(name, what, ours, peer_bytes, nanoseconds, has_target, verdicts):
    """A peer's speed beside ours, which is in megabytes per second."""
    theirs = megabytes_per_second(peer_bytes, nanoseconds)
    ratio = ours / theirs
    target = f" (target {TIMES_PEER})" if has_target else ""
    print(f"  {name:<26} {theirs:7.1f} MB/s: ours is {ratio:.1f} times as fast{target}")
    verdicts.append((not has_target or ratio >= TIMES_PEER, f"{what} {ratio:.1f} times {name}"))


def compare_elixir(paths, ours, args, verdicts):
    """tree-sitter's Elixir grammar: from bytes to a tree, as ours, which beyond that makes the compiler's own quoted form."""
    name, program = "tree-sitter-elixir", args.build / "bench_tree_sitter"
    if not program.exists():
        print(f"  {name:<26} not measured: its package could not be had (is npm installed?)")
        verdicts.append((False, f"{name} not measured"))
        return
    size, nanoseconds = map(int, run([str(program)], paths).split()[:2])
    compare(name, "elixir parsing", ours, size, nanoseconds, True, verdicts)


def compare_erlang(paths, folders, ours, args, verdicts):
    """Two pairs, each of which does the same work on the same files. epp and our parser as a review runs it: scanning, headers,
    macros, parsing; epp reads its files itself, which is in its time. And erl_scan + erl_parse and our lexer and parser without the
    preprocessor: every form is scanned, loses its question marks and becomes the same abstract form; both must accept the same
    number of forms."""
    size, nanoseconds = map(int, run(["escript", str(HERE / "epp.escript")], paths).split()[:2])
    compare("epp", "erlang reading", ours, size, nanoseconds, False, verdicts)
    release = run(["erl", "-noinput", "-eval", "io:put_chars(erlang:system_info(otp_release)), halt()."])
    our_size, our_nanoseconds, our_forms = map(int, run([str(args.build / "bench_stages"), "scan-parse", release, *folders]).split())
    alone = megabytes_per_second(our_size, our_nanoseconds)
    print(f"  {'lex + parse, no macros':<26} {alone:7.1f} MB/s: {our_forms:,} forms")
    size, nanoseconds, forms = map(int, run(["escript", str(HERE / "erl_parse.escript")], paths).split())
    compare("erl_scan + erl_parse", "erlang parsing", alone, size, nanoseconds, True, verdicts)
    if forms != our_forms:
        print(f"  not the same work: erl_parse accepts {forms:,} forms")
        verdicts.append((False, f"{our_forms} forms accepted where erl_parse accepts {forms}"))


def measure_stages(language, folders, args, verdicts):
    program = str(args.build / "bench_stages")
    paths = run([program, "list", language, *folders])
    if not paths:
        return
    figures = map(int, run([program, language, *folders]).split())
    stages = dict(zip(("files", "lines", "bytes", "lex", "parse", "lower"), figures))
    size = stages["bytes"]
    print(f"{language}: {stages['files']} files, {stages['lines']:,} lines, {size / 1e6:.1f} MB, on one thread, best of three")
    parsing = "lex + preprocess + parse" if language == "erlang" else "lex + parse"
    for label, stage in (("lex", "lex"), (parsing, "parse"), ("lower", "lower")):
        print(f"  {label:<26} {megabytes_per_second(size, stages[stage]):7.1f} MB/s")
    ours = megabytes_per_second(size, stages["parse"])
    if language == "elixir":
        compare_elixir(paths, ours, args, verdicts)
    else:
        compare_erlang(paths, folders, ours, args, verdicts)


def measure_review(folder, args, verdicts):
    rounds = [review(str(args.beamwright), folder) for _ in range(ROUNDS)]
    seconds = statistics.median(r[0] for r in rounds)
    processor = statistics.median(r[1] for r in rounds)
    peak = max(r[2] for r in rounds)
    summary = rounds[0][3]
    lines, size = summary["lines"], source_bytes(folder)
    print(f"check {folder}: {summary['files']} files, {lines:,} lines, on {os.cpu_count()} cores, median of {ROUNDS}")
    print(f"  {seconds:.3f} s ({processor:.3f} s of processor time), {lines / seconds:,.0f} lines/s, {size / 1e6 / seconds:.1f} MB/s")
    print(f"  peak memory {peak / 1e6:.1f} MB, {peak / size:.1f} bytes a byte of source")
    name = pathlib.Path(folder).name
    if lines >= LINES_PER_SECOND:
        verdicts.append((lines / seconds >= LINES_PER_SECOND, f"check {name} {lines / seconds / 1e6:.2f} million lines/s (target 1)"))
    verdicts.append((peak <= max(BYTES_PER_BYTE * size, BASE_MEMORY), f"peak {peak / size:.1f} bytes a byte (target {BYTES_PER_BYTE})"))


def source_bytes(folder):
    """Of all Elixir and Erlang below a folder that is no test: what a review may read."""
    size = 0
    for place, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if f not in ("test", ".git", "_build", "node_modules")]
        size += sum(os.path.getsize(os.path.join(place, n)) for n in names if n.endswith((".ex", ".exs", ".erl", ".hrl")))
    return max(size, 1)


def speed(args):
    verdicts = []
    for language, folders in (("elixir", args.elixir), ("erlang", args.erlang)):
        if folders:
            measure_stages(language, folders, args, verdicts)
    for folder in dict.fromkeys(args.elixir + args.erlang):
        measure_review(folder, args, verdicts)
    return all(good for good, _ in verdicts), "; ".join(("" if good else "MISSED ") + text for good, text in verdicts)


# Stages of a review and the functions that are these stages; what is called from them counts with them.
STAGES = {
    "elixir lex": "beamwright::elixir::Lexer::run()",
    "elixir lex and parse": "beamwright::elixir::parse(",
    "elixir lower": "beamwright::lower::lower_elixir(",
    "erlang lex": "beamwright::erlang::Lexer::next_form(",
    "erlang lex, preprocess and parse": "beamwright::erlang::parse(",
    "erlang lower": "beamwright::lower::lower_erlang(",
    "knowledge": "beamwright::knowledge::Knowledge::embedded()",
    "analyse": "beamwright::analysis::analyse(",
    "judge": "beamwright::rules::run_all(",
}


def count_instructions(binary, folder):
    """Instructions of one review on one thread, all in all and by stage: nearly the same on every machine with the same binary."""
    with tempfile.NamedTemporaryFile() as out:
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", str(binary), "check", "--jobs", "1",
                               "--fail-on", "none", "--format", "json", str(folder)], capture_output=True, text=True)
        total = re.search(r"Collected : (\d+)", done.stderr)
        if done.returncode != 0 or not total:
            sys.exit(f"bench: callgrind failed: {done.stderr[-400:]}")
        table = run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", out.name])
    counts = {"all": int(total[1])}
    for stage, function in STAGES.items():
        rows = [line for line in table.splitlines() if ":" + function in line]
        if not rows:
            sys.exit(f"bench: callgrind saw no {function} in the review of {folder}")
        counts[stage] = max(int(row.split()[0].replace(",", "")) for row in rows)  # lambdas inside the function have rows too
    return counts


def instructions(args):
    recorded_path = HERE / "instructions.json"
    counts = {name: count_instructions(args.beamwright, HERE.parent / "examples" / name) for name in ("shop", "shop_right")}
    if args.record:
        recorded_path.write_text(json.dumps(counts, indent=2) + "\n")
        return True, "recorded " + ", ".join(f"{name} {stages['all']:,} instructions" for name, stages in counts.items())
    recorded = json.loads(recorded_path.read_text())
    grown = []
    for name, stages in counts.items():
        for stage, count in stages.items():
            ratio = count / recorded[name][stage] if recorded[name].get(stage) else float("inf")
            print(f"  {name:<12} {stage:<34} {count:>12,} instructions, {ratio:.2f} of what is recorded")
            if ratio > INSTRUCTIONS:
                grown.append(f"MISSED {name}: {stage} takes {ratio:.2f} of what is recorded")
    limit = f"(limit {INSTRUCTIONS:.2f}; ./run bench --record where the growth is meant)"
    return not grown, ("; ".join(grown) if grown else "no stage takes more instructions than recorded") + " " + limit


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, help="folder of bench_stages and bench_tree_sitter")
    parser.add_argument("--beamwright", type=pathlib.Path, required=True)
    parser.add_argument("--elixir", nargs="*", default=[])
    parser.add_argument("--erlang", nargs="*", default=[])
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--record", action="store_true")
    args = parser.parse_args()
    args.beamwright = args.beamwright.resolve()
    good, summary = instructions(args) if args.instructions or args.record else speed(args)
    print("bench: " + summary)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
