"""How long `beamwright lsp` takes to answer an edit in a large project: the time until the edited file's diagnostics are there, and the
processor time that it takes meanwhile.

Usage: latency.py PROJECT BINARY [BINARY…] [--edits N] [--seed N]

Several binaries are asked in turn, edit by edit, so that a busy machine is as busy for each of them.
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

ADDED = {".erl": "\nadded(X) -> gen_server:call(X, y).\n", ".ex": "\ndefmodule Added do\n  def added(x), do: GenServer.call(x, :y)\nend\n"}
CAPABILITIES = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {}}}


class Server:
    def __init__(self, binary, root):
        self.process = subprocess.Popen([binary, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.number, self.waits, self.processor = 0, [], []
        self.ask("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": CAPABILITIES})
        self.tell("initialized", {})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        try:
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            self.process.stdin.flush()
        except BrokenPipeError:
            self.ended(message.get("method"))

    def ended(self, method):
        """It may end before a message is written or before it is answered."""
        self.process.wait()
        print(f"latency: the server ended with {self.process.returncode} instead of an answer to {method}", file=sys.stderr)
        # A pipe that nobody reads is not to be flushed once more.
        sys.stderr.flush()
        os._exit(2)

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def ask(self, method, params):
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        while True:
            length = 0
            while line := self.process.stdout.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if length == 0:
                self.ended(method)
            message = json.loads(self.process.stdout.read(length))
            if message.get("id") == self.number and "method" not in message:
                return message["result"]

    def processor_ms(self):
        """Of all its threads, those that have ended too."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def settle(self):
        self.ask("workspace/diagnostic", {"previousResultIds": []})
        time.sleep(0.1)

    def edit(self, path):
        """Opens a file, waits until the server rests, adds a function."""
        uri, text = path.as_uri(), path.read_text(errors="replace")
        self.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "x", "version": 1, "text": text}})
        self.settle()
        used, began = self.processor_ms(), time.monotonic()
        self.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": text + ADDED[path.suffix]}]})
        self.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        self.waits.append((time.monotonic() - began) * 1000)
        self.processor.append(self.processor_ms() - used)
        self.tell("textDocument/didClose", {"textDocument": {"uri": uri}})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("binary", nargs="+")
    parser.add_argument("--edits", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    files = sorted(path for path in options.project.rglob("*") if path.suffix in ADDED and not {"test", "tests"} & set(path.parts))
    if not files:
        parser.error(f"{options.project} holds no Elixir or Erlang sources but tests" if options.project.is_dir() else f"{options.project} is no folder")
    for binary in options.binary:
        if not os.access(binary, os.X_OK):
            parser.error(f"{binary} is no program")
    random.Random(options.seed).shuffle(files)
    servers = [Server(binary, options.project) for binary in options.binary]
    for server in servers:
        server.settle()
    for path in files[: options.edits]:
        for server in servers:
            server.edit(path)
    for binary, server in zip(options.binary, servers):
        waits = sorted(server.waits)
        print(f"{binary}: {len(waits)} edits answered in {statistics.median(waits):.0f} ms (median), {waits[int(len(waits) * 0.95)]:.0f} (p95), {waits[-1]:.0f} (at most), "
              f"{waits[0]:.0f} (at least); {statistics.mean(server.processor):.0f} ms of processor time each")
        server.process.kill()


if __name__ == "__main__":
    main()
