"""A server as its client sees it: a process, messages to it, and a thread that reads what it says, so that no pipe fills up."""
import json
import os
import pathlib
import queue
import subprocess
import threading
import time

SECONDS = 300  # a sanitizer on a busy machine is slow; whoever has not answered by then hangs


class Fault(Exception):
    """The server broke a promise."""


class Peer:
    """`framing` is "headers" (LSP) or "lines" (MCP). Requests of the server are answered with null; what it notifies of goes to
    `heard`, called by the reading thread."""

    def __init__(self, arguments, framing, heard=lambda message: None, **options):
        # A sanitizer keeps what is freed for a while, which is no leak.
        environment = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8"}
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, **options)
        self.framing, self.heard = framing, heard
        self.number, self.faults = 0, 0
        self.waited_ms = []
        self._wanted = {}  # id → (queue of one answer, when it was asked)
        self._writing = threading.Lock()
        self._complaints = queue.Queue()
        self._threads = [threading.Thread(target=self._read, daemon=True), threading.Thread(target=self._read_errors, daemon=True)]
        for thread in self._threads:
            thread.start()

    # ---- Out

    def send(self, data):
        try:
            with self._writing:
                self.process.stdin.write(data)
                self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            raise Fault("the server is gone: " + self.complaints()) from None

    def frame(self, body):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return b"Content-Length: %d\r\n\r\n%s" % (len(body), body) if self.framing == "headers" else body + b"\n"

    def tell(self, method, params):
        self.send(self.frame({"jsonrpc": "2.0", "method": method, "params": params}))

    def start(self, method, params):
        """Asks, and gives the id to wait for."""
        self.number += 1
        self._wanted[self.number] = (queue.Queue(1), time.monotonic())
        self.send(self.frame({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}))
        return self.number

    def forget(self, number):
        """Waits no more for an answer, which may still come."""
        self._wanted.pop(number, None)

    def wait(self, number):
        try:
            answer = self._wanted[number][0].get(timeout=SECONDS)
        except queue.Empty:
            raise Fault(f"no answer to request {number} in {SECONDS} seconds") from None
        if answer is None:
            raise Fault("the server ended: " + self.complaints())
        self.waited_ms.append((time.monotonic() - self._wanted.pop(number)[1]) * 1000)
        return answer

    def ask(self, method, params):
        return self.wait(self.start(method, params))

    # ---- In

    def _read(self):
        try:
            while (message := self._receive()) is not None:
                self._take(message)
        except (ValueError, KeyError, Fault) as error:
            self._complaints.put(f"unreadable output: {error}")
        for waiting, _ in list(self._wanted.values()):
            waiting.put(None)

    def _receive(self):
        if self.framing == "lines":
            line = self.process.stdout.readline()
            return json.loads(line) if line else None
        length = None
        while line := self.process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return None if length is None else json.loads(self.process.stdout.read(length))

    def _take(self, message):
        if "method" in message:
            self.heard(message)
            if "id" in message:
                self.send(self.frame({"jsonrpc": "2.0", "id": message["id"], "result": None}))
            return
        if message.get("id") is None:
            self.faults += 1
        wanted = self._wanted.get(message.get("id"))
        if wanted:
            wanted[0].put(message)

    def _read_errors(self):
        for line in self.process.stderr:
            self._complaints.put(line.decode(errors="replace"))

    # ---- The process

    def complaints(self):
        time.sleep(0.5)
        lines = []
        while not self._complaints.empty():
            lines.append(self._complaints.get())
        return "".join(lines)

    def resident(self):
        """Mebibytes."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise Fault("the server is gone: " + self.complaints())

    def end(self):
        """Closes its input; it must end with 0 and have complained of nothing, of no leak either."""
        self.process.stdin.close()
        try:
            code = self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            raise Fault("it does not end when its input does") from None
        for thread in self._threads:
            thread.join(SECONDS)
        complaints = self.complaints()
        if code != 0 or complaints:
            raise Fault(f"it ended with {code}: {complaints}")
