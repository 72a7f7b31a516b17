"""Hours of random work for the servers: edits that break and mend, files deleted and restored, settings, cancellations, malformed
frames. It fails when a server crashes, complains, hangs, says something else than a fresh check, or grows.

Usage: soak.py BEAMWRIGHT REPOSITORY [--minutes N] [--seed N] [--only NAME]

The binary should be a sanitizer's build: each server must end without a word, and a leak is one.
"""
import argparse
import os
import pathlib
import random
import statistics
import sys
import tempfile
import threading
import time
import traceback

from lsp import Editor
from mcp import Agent
from peer import Fault
from tree import Tree

CLIENTS = {
    "pulled": lambda binary, tree, chance: Editor(binary, tree, chance, True),
    "pushed": lambda binary, tree, chance: Editor(binary, tree, chance, False),
    "mcp": Agent,
}
COMPARED_EACH = 150  # actions
# What the heap may grow by, once each kind of work has been done: fragments of it, and a sanitizer's notes on freed memory.
GROWTH_MIB = 48


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def steady(samples):
    """Whether the median of the last third is not above that of the middle third: the first fills what is kept."""
    if len(samples) < 9:
        return True
    third = len(samples) // 3
    return statistics.median(samples[2 * third:]) <= statistics.median(samples[third:2 * third]) + GROWTH_MIB


def soak(name, binary, example, seconds, seed):
    """One line that says how it went; a Fault when it did not go well."""
    chance = random.Random(f"{name} {seed}")
    samples, actions, compared = [], 0, 0
    with tempfile.TemporaryDirectory(prefix="beamwright-soak-") as folder:
        client = CLIENTS[name](binary, Tree(example, folder, chance), chance)
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                for _ in range(COMPARED_EACH):
                    client.act()
                    actions += 1
                    if time.monotonic() > end:
                        break
                client.compare()
                compared += 1
                samples.append(client.peer.resident())
            client.end()
            if not steady(samples):
                raise Fault(f"it grows: {[round(sample) for sample in samples]} MiB")
        except Exception as error:
            raise Fault(f"{client.name}, action {actions}: {error}") from error
        finally:
            client.peer.process.kill()
    waited = client.peer.waited_ms
    return (f"{client.name}: {actions} actions, {len(waited)} answers (median {statistics.median(waited):.0f} ms, p99 {percentile(waited, 0.99):.0f}, at most {max(waited):.0f}), "
            f"{client.peer.faults} refused frames, equal to a fresh check {compared} times; "
            f"{samples[0]:.0f} MiB at first, {statistics.median(samples):.0f} in the middle, {samples[-1]:.0f} at last, never above {max(samples):.0f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("repository")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--only", choices=CLIENTS)
    options = parser.parse_args()
    binary, example = os.path.abspath(options.binary), pathlib.Path(options.repository).resolve() / "examples" / "shop"
    failed = []

    def run(name):
        try:
            print(soak(name, binary, example, options.minutes * 60, options.seed), flush=True)
        except Fault as fault:
            failed.append(name)
            print(f"FAILED: {fault}", flush=True)
            traceback.print_exc()

    threads = [threading.Thread(target=run, args=(name,)) for name in ([options.only] if options.only else CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = "FAILED: " + ", ".join(failed) if failed else "no crash, no hang, no growth, no leak"
    print(f"soak: {verdict}; {options.minutes:g} minutes, seed {options.seed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
