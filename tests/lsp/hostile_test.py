"""`beamwright lsp` and clients that are broken or hostile: every fault is answered by an error or a clean end, never by a crash, a
hang or growing memory.

Usage: hostile_test.py BEAMWRIGHT REPOSITORY [TEST…]
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

BINARY, REPOSITORY = os.path.abspath(os.environ.get("BEAMWRIGHT") or sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
SECONDS = 60  # how long a machine that is busy with other tests may take for an answer


def frame(message):
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


class Server:
    def __init__(self, root=None, capabilities=None, initialize=True):
        self.process = subprocess.Popen([BINARY, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.number = 0
        if initialize:
            uri = None if root is None else pathlib.Path(root).as_uri()
            self.ask("initialize", {"processId": None, "rootUri": uri, "capabilities": capabilities or {"textDocument": {"diagnostic": {}}}})
            self.tell("initialized", {})

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def tell(self, method, params):
        self.send(frame({"jsonrpc": "2.0", "method": method, "params": params}))

    def ask(self, method, params):
        self.number += 1
        self.send(frame({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}))
        return self.answer(self.number)

    def receive(self):
        length = None
        while line := self.process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return None if length is None else json.loads(self.process.stdout.read(length))

    def answer(self, number):
        while (message := self.receive()) is not None:
            if "method" not in message and message.get("id") == number:
                return message
        raise AssertionError("the server ended")

    def end(self):
        """Closes the input; the exit code and what was written to standard error."""
        self.process.stdin.close()
        code = self.process.wait(SECONDS)
        errors = self.process.stderr.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()
        return code, errors

    def memory(self):
        """Resident bytes."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="beamwright-lsp-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        shutil.copytree(REPOSITORY / "examples" / "shop", pathlib.Path(self.folder, "shop"))
        self.root = os.path.realpath(os.path.join(self.folder, "shop"))

    def assert_ends_well(self, server, code=1):
        self.assertEqual(server.end(), (code, ""))

    def assert_still_serves(self, server):
        answer = server.ask("workspace/diagnostic", {"previousResultIds": []})
        self.assertGreater(len(answer["result"]["items"]), 0)


class Frames(Case):
    def test_rubbish_between_messages_is_told_once_and_passed_over(self):
        server = Server(self.root)
        for rubbish in (b"\x00\xff\xfe garbage", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n\r\n\r\n", b"{}\n" * 100):
            server.send(rubbish)
            self.assert_still_serves(server)
        self.assert_ends_well(server)

    def test_lengths_that_are_no_lengths(self):
        for length in (b"-1", b"abc", b"", b"99999999999999999999999", b"1e3", b"0x10"):
            server = Server(self.root)
            server.send(b"Content-Length: " + length + b"\r\n\r\n")
            message = server.receive()
            self.assertEqual(message["error"]["code"], -32700)
            self.assertIsNone(message["id"])
            self.assert_still_serves(server)
            self.assert_ends_well(server)

    def test_a_length_that_is_too_short_costs_its_message(self):
        server = Server(self.root)
        server.send(b"Content-Length: 10\r\n\r\n" + b'{"jsonrpc":"2.0","id":9,"method":"shutdown"}')
        self.assertEqual(server.receive()["error"]["code"], -32700)
        self.assert_still_serves(server)
        self.assert_ends_well(server)

    def test_a_length_that_is_too_long_waits_for_the_rest_and_ends_with_the_input(self):
        server = Server(self.root)
        server.send(b"Content-Length: 50000000\r\n\r\n{}")
        self.assert_ends_well(server)

    def test_a_message_of_a_hundred_megabytes_is_refused_without_being_kept(self):
        server = Server(self.root)
        self.assert_still_serves(server)
        before = server.memory()
        server.send(b"Content-Length: 104857600\r\n\r\n")
        for _ in range(100):
            server.send(b"x" * 1048576)
        self.assertIn("longer", server.receive()["error"]["message"])
        self.assertLess(server.memory() - before, 16 << 20)
        self.assert_still_serves(server)
        self.assert_ends_well(server)

    def test_one_byte_at_a_time(self):
        server = Server(self.root)
        for byte in frame({"jsonrpc": "2.0", "id": "slow", "method": "shutdown"}):
            server.send(bytes([byte]))
        self.assertEqual(server.receive(), {"jsonrpc": "2.0", "id": "slow", "result": None})
        self.assert_ends_well(server, 0)


class Messages(Case):
    def test_what_is_no_request_is_answered_with_what_is_wrong(self):
        server = Server(self.root)
        deep = b"[" * 100000
        wide = b'{"jsonrpc":"2.0","method":"x","params":[' + b"1," * 2000000 + b"1]}"
        for body, code in (
            (b"", -32700), (b"{", -32700), (b"nul", -32700), (b'"\xff"', -32700), (b"[]", -32600), (b"1", -32600), (deep, -32600), (wide, -32600),
            (b'{"jsonrpc":"1.0","id":1,"method":"shutdown"}', -32600), (b'{"id":1,"method":"shutdown"}', -32600),
            (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600), (b'{"jsonrpc":"2.0","id":1,"method":"shutdown","params":3}', -32600),
            (b'{"jsonrpc":"2.0","id":{},"method":"shutdown"}', -32600), (b'{"jsonrpc":"2.0","id":1}', -32600),
        ):
            server.send(frame(body))
            self.assertEqual(server.receive()["error"]["code"], code, body[:80])
        self.assert_still_serves(server)
        self.assert_ends_well(server)

    def test_requests_before_initialize_are_refused(self):
        server = Server(initialize=False)
        self.assertEqual(server.ask("textDocument/hover", {})["error"]["code"], -32002)
        server.tell("textDocument/didOpen", {})
        server.tell("initialized", {})
        self.assertEqual(server.ask("shutdown", None)["error"]["code"], -32002)
        self.assert_ends_well(server)

    def test_params_of_any_shape_are_errors_and_no_more(self):
        server = Server(self.root)
        uri = pathlib.Path(self.root, "mix.exs").as_uri()
        shapes = [None, {}, [], {"textDocument": None}, {"textDocument": {"uri": 5}}, {"textDocument": {"uri": "file://"}},
                  {"textDocument": {"uri": "\u0000"}, "position": {"line": -1, "character": 1e300}}, {"textDocument": {"uri": uri}, "range": {"start": 1}},
                  {"textDocument": {"uri": uri}, "position": {"line": 4294967296, "character": 18446744073709551615}},
                  {"textDocument": {"uri": uri, "text": "x", "version": "y"}, "contentChanges": {"a": 1}},
                  {"textDocument": {"uri": "file:///%00%zz/../../..", "text": "x"}}, {"previousResultIds": [1]}, {"changes": [{"uri": None}]},
                  {"event": {"added": 1, "removed": [1]}}, {"id": {}}, {"id": None}]
        methods = ["textDocument/hover", "textDocument/codeAction", "textDocument/codeLens", "textDocument/diagnostic", "workspace/diagnostic"]
        notifications = ["textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "textDocument/didSave", "$/cancelRequest",
                         "workspace/didChangeWatchedFiles", "workspace/didChangeWorkspaceFolders", "$/anything", "workspace/didChangeConfiguration"]
        for shape in shapes:
            for method in notifications:
                server.tell(method, shape)
            for method in methods:
                answer = server.ask(method, shape)
                self.assertTrue("result" in answer or answer["error"]["code"] in (-32602, -32603), answer)
        self.assert_still_serves(server)
        self.assert_ends_well(server)

    def test_changes_out_of_order_and_out_of_range(self):
        server = Server(self.root)
        uri = pathlib.Path(self.root, "lib", "new.ex").as_uri()
        server.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": 5}, "contentChanges": [{"text": "x"}]})
        server.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "elixir", "version": 9, "text": "defmodule A do\nend\n"}})
        for version, start, end in ((3, (0, 0), (0, 3)), (9, (7, 7), (9, 9)), (1, (1, 0), (0, 0)), (2, (0, 4000000000), (4000000000, 0))):
            change = {"range": {"start": dict(zip(("line", "character"), start)), "end": dict(zip(("line", "character"), end))}, "text": "é😀"}
            server.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]})
        server.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
        server.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
        self.assert_still_serves(server)
        self.assert_ends_well(server)

    def test_more_questions_than_anybody_asks_are_refused(self):
        server = Server(self.root)
        uri = pathlib.Path(self.root, "mix.exs").as_uri()
        for number in range(5000):
            server.send(frame({"jsonrpc": "2.0", "id": f"q{number}", "method": "textDocument/diagnostic", "params": {"textDocument": {"uri": uri}}}))
            if number % 500 == 499:
                for _ in range(500):
                    answer = server.receive()
                    self.assertTrue("result" in answer or answer["error"]["code"] == -32802)
        self.assert_ends_well(server)


class Ends(Case):
    def test_an_output_that_nobody_reads_does_not_hold_the_server(self):
        server = Server(self.root)
        for number in range(400):
            server.send(frame({"jsonrpc": "2.0", "id": f"q{number}", "method": "workspace/diagnostic", "params": {"previousResultIds": []}}))
        self.assert_ends_well(server)

    def test_a_closed_output_ends_the_server(self):
        server = Server(self.root)
        server.process.stdout.close()
        for _ in range(3):
            try:
                server.tell("workspace/didChangeConfiguration", {})
                server.send(frame({"jsonrpc": "2.0", "id": 77, "method": "workspace/diagnostic", "params": {"previousResultIds": []}}))
            except BrokenPipeError:
                pass
        self.assertEqual(server.process.wait(SECONDS), 1)
        try:
            server.process.stdin.close()
        except BrokenPipeError:
            pass
        server.process.stderr.close()

    def test_an_input_that_ends_in_a_message(self):
        for part in (b"Content-Le", b"Content-Length: 5\r\n", b"Content-Length: 5\r\n\r\n{", b""):
            server = Server(self.root)
            server.send(part)
            self.assert_ends_well(server)

    def test_a_root_that_is_not_there(self):
        server = Server("/nonexistent/folder")
        self.assertEqual(server.ask("workspace/diagnostic", {"previousResultIds": []})["result"]["items"], [])
        self.assertEqual(server.ask("shutdown", None)["result"], None)
        server.tell("exit", None)
        self.assert_ends_well(server, 0)


class Soak(Case):
    """Thousands of edits, in sources and a header, of all kinds: what is kept must not grow with them."""

    def test_memory_stays(self):
        edits = int(os.environ.get("LSP_SOAK_EDITS", "1500"))
        random.seed(3)
        server = Server(self.root)
        files = sorted(path for path in pathlib.Path(self.root).rglob("*") if path.suffix in (".ex", ".erl"))[:6]
        texts = {}
        for path in files:
            texts[path] = path.read_text()
            server.tell("textDocument/didOpen", {"textDocument": {"uri": path.as_uri(), "languageId": "x", "version": 1, "text": texts[path]}})
        measured = []
        for number in range(edits):
            path = random.choice(files)
            line = random.randrange(texts[path].count("\n") + 1)
            place = {"line": line, "character": 0}
            addition = random.choice(["  # a comment\n", "def f%d(x), do: x\n" % (number % 50), "end\n", "  send(self(), {:a, \"é😀\"})\n", "\n"])
            uri = path.as_uri()
            server.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2 * number}, "contentChanges": [{"range": {"start": place, "end": place}, "text": addition}]})
            if number % 3 == 0:
                server.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
            if number % 50 == 0:
                server.ask("workspace/diagnostic", {"previousResultIds": []})
                server.ask("textDocument/codeLens", {"textDocument": {"uri": uri}})
            server.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2 * number + 1}, "contentChanges": [{"text": texts[path]}]})
            if number % 100 == 99:
                server.ask("workspace/diagnostic", {"previousResultIds": []})
                measured.append(server.memory())
        half = len(measured) // 2
        early, late = max(measured[: half or 1]), max(measured[half:])
        print(f"{edits} edits: {measured[0] >> 20} MB after a hundred, at most {early >> 20} MB in the first half and {late >> 20} MB in the second")
        self.assertLess(late, early + (8 << 20))
        self.assert_ends_well(server)

    def test_a_long_text_that_is_edited_is_kept_once(self):
        server = Server(self.root)
        path = pathlib.Path(self.root, "lib", "page.ex")
        page = "word " * 20000

        def edit(number):
            text = f'defmodule Page do\n  def text, do: "{number} {page}"\n  def list, do: ~c"{number} {page}"\nend\n'
            params = {"uri": path.as_uri(), "languageId": "elixir", "version": number, "text": text}
            if number == 1:
                server.tell("textDocument/didOpen", {"textDocument": params})
            else:
                server.tell("textDocument/didChange", {"textDocument": params, "contentChanges": [{"text": text}]})
            server.ask("textDocument/diagnostic", {"textDocument": {"uri": path.as_uri()}})

        for number in range(1, 101):
            edit(number)
        before = server.memory()
        for number in range(101, 401):
            edit(number)
        grown = server.memory() - before
        print(f"300 edits of a text of {len(page) >> 10} KB: {grown >> 10} KB more")
        self.assertLess(grown, 8 << 20)  # each version kept would be 29 MB
        self.assert_ends_well(server)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
