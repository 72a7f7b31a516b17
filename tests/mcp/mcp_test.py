"""The MCP server under clients of any kind, and the hooks of coding agents.

Usage: mcp_test.py BEAMWRIGHT REPOSITORY [CLASS ...]
"""
import json
import os
import pathlib
import queue
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BINARY = os.path.abspath(sys.argv[1])
REPOSITORY = pathlib.Path(sys.argv[2]).resolve()
SHOP = REPOSITORY / "examples" / "shop"
SECONDS = 60  # no answer may take longer
VERSION = "io.modelcontextprotocol/protocolVersion"
META = {VERSION: "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}

# A server that waits for the network while all its callers wait for it.
BLOCKING = (pathlib.Path(__file__).parent / "prices.ex").read_text()
TIMER = """defmodule Ticker do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)
  @impl true
  def init(_), do: {:ok, %{timer: nil}}
  @impl true
  def handle_cast(:arm, state) do
    {:ok, timer} = :timer.send_interval(1000, :tick)
    {:noreply, %{state | timer: timer}}
  end
  def handle_cast(:disarm, state) do
    Process.cancel_timer(state.timer)
    {:noreply, state}
  end
  @impl true
  def handle_info(_, state), do: {:noreply, state}
end
"""
MENDED = BLOCKING.replace("HTTPoison.get!(id)", "Map.get(prices, id)")


class Server:
    """A server and a thread that reads what it says, so that no pipe fills up."""

    def __init__(self, *arguments, **options):
        # A sanitizer keeps what is freed for a while, which is no leak.
        environment = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"}
        self.process = subprocess.Popen([BINARY, "mcp", *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=environment, **options)
        self.messages = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.last = 0

    def _read(self):
        for line in self.process.stdout:
            self.messages.put(json.loads(line))

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, method, params=None, meta=True, identity=None):
        self.last += 1
        identity = self.last if identity is None else identity
        params = dict(params or {})
        if meta:
            params["_meta"] = META
        self.write(json.dumps({"jsonrpc": "2.0", "id": identity, "method": method, "params": params}).encode() + b"\n")
        return identity

    def next(self):
        return self.messages.get(timeout=SECONDS)

    def ask(self, method, params=None, meta=True):
        identity = self.send(method, params, meta)
        answer = self.next()
        assert answer.get("id") == identity, answer
        return answer

    def call(self, name, **arguments):
        return self.ask("tools/call", {"name": name, "arguments": arguments})["result"]

    def resident(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise AssertionError("no VmRSS")

    def end(self):
        """Closes the server's input; its exit code and what it complained about."""
        if not self.process.stdin.closed:
            self.process.stdin.close()
        code = self.process.wait(SECONDS)
        self.reader.join(SECONDS)
        complaint = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return code, complaint


class Case(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="beamwright_mcp_")
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name).resolve()

    def serve(self, *arguments, **options):
        options.setdefault("cwd", SHOP)
        server = Server(*arguments, **options)
        self.addCleanup(server.process.kill)
        return server

    def ends_well(self, server):
        self.assertEqual(server.end(), (0, b""))

    def project(self, text=MENDED):
        (self.folder / "lib").mkdir(exist_ok=True)
        (self.folder / "mix.exs").write_text("defmodule P.MixProject do\n  use Mix.Project\n  def project, do: [app: :p, version: \"1.0.0\"]\nend\n")
        (self.folder / "lib" / "prices.ex").write_text(text)
        return self.folder

    def git(self, *words):
        subprocess.run(["git", "-C", self.folder, "-c", "user.name=t", "-c", "user.email=t@example.org", *words], check=True, capture_output=True)


class Protocol(Case):
    def test_both_generations_are_served_by_one_process(self):
        server = self.serve()
        self.assertEqual(server.ask("server/discover")["result"]["supportedVersions"], ["2026-07-28"])
        self.assertEqual(server.ask("tools/list", meta=False)["error"]["code"], -32602)
        for version in ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"):
            agreed = server.ask("initialize", {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}, meta=False)
            self.assertEqual(agreed["result"]["protocolVersion"], version)
            result = server.ask("tools/call", {"name": "list_rules", "arguments": {}}, meta=False)["result"]
            self.assertEqual("structuredContent" in result, version >= "2025-06-18")
            self.assertNotIn("resultType", result)
        self.assertEqual(server.call("list_rules")["resultType"], "complete")
        self.ends_well(server)

    def test_a_batch_is_answered_as_one(self):
        server = self.serve()
        server.ask("initialize", {"protocolVersion": "2025-03-26"}, meta=False)
        call = {"jsonrpc": "2.0", "id": "b", "method": "tools/call", "params": {"name": "explain_rule", "arguments": {"rule": "BW401"}}}
        server.write(json.dumps([{"jsonrpc": "2.0", "id": "a", "method": "ping"}, call]).encode() + b"\n")
        self.assertEqual([answer["id"] for answer in server.next()], ["a", "b"])
        self.ends_well(server)

    def test_a_ping_is_answered_while_a_review_runs_and_a_cancelled_request_never(self):
        server = self.serve()
        wanted = [server.send("tools/call", {"name": "review_project", "arguments": {"limit": 1}}) for _ in range(12)]
        cancelled = wanted.pop()
        server.write(json.dumps({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": cancelled}}).encode() + b"\n")
        ping = server.send("tools/list")
        answers = [server.next()["id"] for _ in range(12)]
        self.assertLess(answers.index(ping), 11)
        self.assertEqual([identity for identity in answers if identity != ping], wanted)
        self.ends_well(server)
        self.assertTrue(server.messages.empty())

    def test_a_review_that_runs_is_stopped_when_it_is_cancelled(self):
        project = self.project()
        text = (SHOP / "apps/shop_core/lib/shop/orders.ex").read_text()
        for number in range(1500):
            (project / "lib" / f"orders_{number}.ex").write_text(text.replace("Shop.", f"Shop{number}."))
        server = self.serve("--jobs", 1, cwd=project)
        began = time.monotonic()
        self.assertFalse(server.call("review_project", limit=1)["isError"])
        whole = time.monotonic() - began
        waited = []
        for part in (0.05, 0.3, 0.6):
            cancelled = server.send("tools/call", {"name": "review_project", "arguments": {"limit": 1}})
            time.sleep(whole * part)
            began = time.monotonic()
            server.write(json.dumps({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": cancelled}}).encode() + b"\n")
            following = server.send("tools/call", {"name": "list_rules", "arguments": {}})
            self.assertEqual(server.next()["id"], following)
            waited.append(time.monotonic() - began)
        # All three together in less than what was left of them; a machine that is busy with other tests slows both sides.
        self.assertLess(sum(waited), whole * (0.95 + 0.7 + 0.4) * 0.75, f"{waited} of {whole}")
        self.ends_well(server)

    def test_cancelling_what_is_not_there_does_no_harm(self):
        server = self.serve()
        for params in ({}, {"requestId": 99}, {"requestId": None}, {"requestId": {"a": 1}}, [], None, {"requestId": 1, "reason": 7}):
            server.write(json.dumps({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}).encode() + b"\n")
        self.assertIn("result", server.ask("tools/list"))
        self.ends_well(server)

    def test_what_was_asked_before_the_end_is_answered(self):
        server = self.serve()
        wanted = [server.send("tools/call", {"name": "review_project", "arguments": {"limit": 1}}) for _ in range(3)]
        subscription = server.send("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        self.ends_well(server)
        answers = [server.messages.get_nowait() for _ in range(5)]
        self.assertEqual([answer["id"] for answer in answers if "id" in answer], [*wanted, subscription])
        self.assertEqual([answer["method"] for answer in answers if "method" in answer], ["notifications/subscriptions/acknowledged"])


class Faults(Case):
    def test_garbage_costs_an_error_and_nothing_else(self):
        server = self.serve()
        chance = random.Random(7)
        request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "why", "arguments": {"from": "a", "to": "b"}, "_meta": META}}).encode()
        lines = [bytes(chance.randrange(256) for _ in range(chance.randrange(1, 400))).replace(b"\n", b"") for _ in range(200)]
        for _ in range(300):
            line = bytearray(request)
            for _ in range(chance.randrange(1, 4)):
                line[chance.randrange(len(line))] = chance.choice(b"{}[]\",:0\\ \xff\x00n")
            lines.append(bytes(line).replace(b"\n", b""))
        lines += [b"[" * 500000, b'{"a":' * 200000, b"{}", b"[]", b"null", b'"x"', b'{"jsonrpc":"2.0","id":{},"method":"ping"}', b"Content-Length: 7\r\n\r"]
        for line in lines:
            server.write(line + b"\n")
        last = server.send("tools/list")
        while (answer := server.next()).get("id") != last or "tools" not in answer.get("result", {}):
            self.assertIn("error" if "error" in answer else "result", answer)
        self.ends_well(server)

    def test_a_message_of_100_megabytes_is_refused_and_survived(self):
        server = self.serve()
        server.ask("tools/list")
        before = server.resident()
        chunk = b"x" * (1 << 20)
        for _ in range(100):
            server.write(chunk)
        server.write(b"\n")
        self.assertEqual(server.next()["error"]["code"], -32600)
        self.assertIn("result", server.ask("tools/list"))
        self.assertLess(server.resident() - before, 250)
        self.ends_well(server)

    def test_wrong_requests_get_the_codes_of_the_specification(self):
        server = self.serve()
        wrong = server.ask("tools/list", {"_meta": {**META, VERSION: "1900-01-01"}}, meta=False)["error"]
        self.assertEqual((wrong["code"], wrong["data"]), (-32022, {"supported": ["2026-07-28"], "requested": "1900-01-01"}))
        self.assertEqual(server.ask("no/such/method")["error"]["code"], -32601)
        self.assertEqual(server.ask("tools/call", {"name": "no_such_tool"})["error"]["code"], -32602)
        self.assertEqual(server.ask("tools/call", {"name": 7})["error"]["code"], -32602)
        self.assertEqual(server.ask("tools/call", {"name": "why", "arguments": []})["error"]["code"], -32602)
        self.assertTrue(server.call("why", **{"from": "a"})["isError"])
        self.assertTrue(server.call("judge_snippet", text="x" * 1000, file="../../a.ex")["isError"])
        self.assertTrue(server.call("judge_snippet", text="x", file="a.py")["isError"])
        self.assertTrue(server.call("review_project", path="/dev/null")["isError"])
        self.assertTrue(server.call("review_project", path="a\u0000b")["isError"])
        self.ends_well(server)

    def test_a_rewrite_is_told_as_edits(self):
        server = self.serve()
        timer = server.call("judge_snippet", text=TIMER)
        finding = next(row for row in timer["structuredContent"]["findings"] if "rewrite" in row)
        edit = finding["rewrite"]["edits"][0]
        self.assertEqual(edit["file"], "snippet.ex")
        line = TIMER.split("\n")[edit["line"] - 1]
        self.assertEqual(edit["line"], edit["end_line"])
        mended = TIMER.replace(line, line[: edit["column"] - 1] + edit["text"] + line[edit["end_column"] - 1 :])
        self.assertNotIn(finding["fingerprint"], [row["fingerprint"] for row in server.call("judge_snippet", text=mended)["structuredContent"]["findings"]])
        self.assertIn("the edits in `rewrite` of structuredContent write it: " + finding["rewrite"]["title"], timer["content"][0]["text"])
        self.ends_well(server)

    def test_a_large_and_broken_snippet_is_judged(self):
        server = self.serve()
        for text in ("def f do\n" * 20000, "(" * 100000, "\ud83d\ude00" * 10000, "<<" * 50000, '"' * 99999):
            self.assertIn("structuredContent", server.call("judge_snippet", text=text))
        self.ends_well(server)

    def test_a_project_that_is_deleted_meanwhile_is_an_error_of_the_tool(self):
        project = self.project() / "lib"
        server = self.serve(cwd=self.folder)
        self.assertFalse(server.call("review_project", path=str(project))["isError"])
        shutil.rmtree(project)
        for name, arguments in (("review_project", {}), ("review_change", {}), ("show_design", {}), ("why", {"from": "Prices", "to": "http"}),
                                ("judge_snippet", {"text": MENDED, "file": "a.ex"})):
            self.assertTrue(server.call(name, path=str(project), **arguments)["isError"], name)
        self.assertFalse(server.call("judge_snippet", text=MENDED)["isError"])
        self.ends_well(server)


    def test_a_snippet_that_cannot_be_read_is_not_passed_as_if_it_had_been(self):
        server = self.serve()
        blank = server.call("judge_snippet", text=" \n")
        self.assertEqual((blank["isError"], blank["content"][0]["text"]), (True, "text is empty: it holds the code to be judged"))
        self.assertIn("does not parse", server.call("judge_snippet", text="defmodule A do\n  def f(x), do: x\n  def g(x do\nend")["content"][0]["text"])
        self.assertTrue(server.call("judge_snippet", text="SELECT * FROM x")["content"][0]["text"].startswith("NOT-JUDGED: "))
        self.assertNotIn("does not parse", server.call("judge_snippet", text=MENDED)["content"][0]["text"])


class Roots(Case):
    def test_nothing_outside_of_the_roots_is_read(self):
        project = self.project()
        (project / "link").symlink_to(SHOP)
        server = self.serve("--root", project)
        self.assertFalse(server.call("review_project")["isError"])
        self.assertFalse(server.call("review_project", path="lib")["isError"])
        for path in ("..", "/", str(SHOP), "link", "lib/../..", "link/apps"):
            answer = server.call("review_project", path=path)
            self.assertIn("outside of what this server may read", answer["content"][0]["text"], path)
        self.assertTrue(server.call("judge_snippet", text=MENDED, file=str(SHOP / "a.ex"))["isError"])
        self.assertFalse(server.call("judge_snippet", text=MENDED, file="lib/new.ex")["isError"])
        self.ends_well(server)

    def test_all_there_is_is_no_project(self):
        server = self.serve(cwd=self.project())
        for path in ("/", "/usr/..", "../../../../../../../../.."):
            self.assertIn("/ is no project", server.call("review_project", path=path)["content"][0]["text"], path)
        self.ends_well(server)

    def test_the_roots_of_the_client_are_asked_for_and_kept_to(self):
        project = self.project()
        server = self.serve()
        agreed = {"protocolVersion": "2025-11-25", "capabilities": {"roots": {"listChanged": True}}, "clientInfo": {"name": "t", "version": "1"}}
        server.ask("initialize", agreed, meta=False)

        def tell(method):
            server.write(json.dumps({"jsonrpc": "2.0", "method": method}).encode() + b"\n")

        def answer(asked, folders):
            result = {"roots": [{"uri": pathlib.Path(folder).as_uri()} for folder in folders]}
            server.write(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}).encode() + b"\n")

        def review(**arguments):
            return server.ask("tools/call", {"name": "review_project", "arguments": arguments}, meta=False)["result"]

        tell("notifications/initialized")
        asked = server.next()
        self.assertEqual(asked["method"], "roots/list")
        waiting = server.send("tools/call", {"name": "review_project", "arguments": {}}, meta=False)
        answer(asked, [project])
        reviewed = server.next()
        self.assertEqual((reviewed["id"], reviewed["result"]["structuredContent"]["files"]), (waiting, 1), "the first root is where paths start")
        self.assertIn("outside of what this server may read", review(path=str(SHOP))["content"][0]["text"])
        tell("notifications/roots/list_changed")
        answer(server.next(), [SHOP])
        self.assertFalse(review(path=str(SHOP))["isError"])
        self.assertTrue(review(path=str(project))["isError"])
        self.ends_well(server)

    def test_a_root_that_is_no_folder_is_said_at_once(self):
        done = subprocess.run([BINARY, "mcp", "--root", "/nonexistent"], capture_output=True, stdin=subprocess.DEVNULL, timeout=SECONDS)
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assertIn(b"no folder", done.stderr)


class Endings(Case):
    def test_a_closed_input_ends_it(self):
        self.ends_well(self.serve())
        server = self.serve()
        server.write(b'{"jsonrpc": "2.0", "id"')
        self.ends_well(server)
        done = subprocess.run([BINARY, "mcp"], stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def test_a_closed_output_ends_it_though_its_input_stays_open(self):
        for busy in (False, True):
            process = subprocess.Popen([BINARY, "mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=SHOP)
            self.addCleanup(process.kill)
            if busy:
                for identity in range(20):
                    call = {"jsonrpc": "2.0", "id": identity, "method": "tools/call", "params": {"name": "review_project", "_meta": META}}
                    process.stdin.write(json.dumps(call).encode() + b"\n")
                process.stdin.flush()
            process.stdout.close()
            self.assertEqual(process.wait(SECONDS), 0)
            self.assertEqual(process.stderr.read(), b"")
            process.stdin.close()
            process.stderr.close()

    def test_a_full_device_is_no_crash(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BINARY, "mcp"], input=b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n' * 5, stdout=full, stderr=subprocess.PIPE, timeout=SECONDS)
        self.assertEqual((done.returncode, done.stderr), (0, b""))


class Endurance(Case):
    def test_thousands_of_calls_keep_the_memory_they_began_with(self):
        project = self.project()
        server = self.serve("--jobs", 1, cwd=project)
        calls = (("review_project", {}), ("judge_snippet", {"text": BLOCKING}), ("judge_snippet", {"text": MENDED, "file": "lib/prices.ex"}),
                 ("show_design", {"about": "Prices"}), ("why", {"from": "Prices", "to": "http"}), ("explain_rule", {"rule": "BW401"}))

        def rounds(count):
            for number in range(count):
                (project / "lib" / "prices.ex").write_text((BLOCKING, MENDED)[number % 2])
                for name, arguments in calls:
                    server.send("tools/call", {"name": name, "arguments": arguments})
                server.write(b"nonsense\n")
                for _ in range(len(calls) + 1):
                    server.next()
            return server.resident()

        first = rounds(80)
        last = rounds(320)
        self.assertLess(last - first, 24, f"{first:.0f} MiB after 480 calls, {last:.0f} MiB after 2400")
        self.ends_well(server)


class Document(Case):
    def test_the_calls_of_the_document_are_answered_as_it_says(self):
        text = (REPOSITORY / "docs" / "agents.md").read_text()
        calls = re.findall(r"```json\n(\{\"name\".*?)```\n\n```text\n(.*?)```\n", text, re.S)
        self.assertEqual(len(calls), 2)
        server = self.serve(cwd=REPOSITORY)
        for call, answer in calls:
            self.assertEqual(server.call(json.loads(call)["name"], **json.loads(call)["arguments"])["content"][0]["text"].strip(), answer.strip())
        self.ends_well(server)


class Hook(Case):
    def hook(self, event, *arguments, code=0, cwd=None):
        text = event if isinstance(event, bytes) else json.dumps(event).encode()
        environment = {key: value for key, value in os.environ.items() if key != "CLAUDE_PROJECT_DIR"}
        done = subprocess.run([BINARY, "hook", *arguments], input=text, capture_output=True, timeout=SECONDS, cwd=cwd or self.folder, env=environment)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout) if code == 0 else done.stderr.decode()

    def edit(self, file="lib/prices.ex"):
        return {"session_id": "s", "cwd": str(self.folder), "hook_event_name": "PostToolUse", "tool_name": "Edit", "tool_input": {"file_path": str(self.folder / file)}}

    def stop(self, again=False):
        return {"session_id": "s", "cwd": str(self.folder), "hook_event_name": "Stop", "stop_hook_active": again}

    def test_an_edit_is_told_what_it_brought_and_nothing_older(self):
        project = self.project()
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-qm", "one")
        self.assertEqual(self.hook(self.edit(), "--fail-on", "medium"), {})
        (project / "lib" / "prices.ex").write_text(BLOCKING)
        told = self.hook(self.edit(), "--fail-on", "medium")
        self.assertEqual(told["decision"], "block")
        self.assertIn("BW401 lib/prices.ex:9", told["reason"])
        self.assertEqual(self.hook(self.edit()), {}, "medium is below the threshold unless given")
        self.assertEqual(self.hook(self.edit("lib/other.ex"), "--fail-on", "medium"), {})
        self.git("commit", "-qam", "two")
        self.assertEqual(self.hook(self.edit(), "--fail-on", "medium"), {}, "it is old now")
        self.assertIn("BW401", self.hook(self.edit(), "--fail-on", "medium", "--since", "HEAD~1")["reason"])

    def test_the_whole_file_system_is_no_project(self):
        for event in (self.edit(), self.stop()):
            self.assertIn("/ is no project", self.hook({**event, "cwd": "/"}, code=1, cwd="/"))

    def test_a_folder_that_is_gone_is_named(self):
        gone = self.folder / "gone"
        gone.mkdir()
        done = subprocess.run(["sh", "-c", 'rmdir "$PWD"; exec "$0" hook', BINARY], input=json.dumps({**self.stop(), "cwd": str(gone)}).encode(),
                              capture_output=True, timeout=SECONDS, cwd=gone)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertIn(f"the project's folder {gone} does not exist", done.stderr.decode())

    def test_a_home_folder_is_not_reviewed_for_what_stands_below_it(self):
        home = self.folder
        for name in ("shop", "other"):
            (home / name / "lib").mkdir(parents=True)
            (home / name / "mix.exs").write_text("")
            (home / name / "lib" / "prices.ex").write_text(BLOCKING)
        (home / "notes.ex").write_text(BLOCKING)
        told = self.hook(self.edit("shop/lib/prices.ex"), "--fail-on", "medium")["reason"]
        self.assertIn("BW401 lib/prices.ex:9", told)
        self.assertIn(f"Reviewed was the project {os.path.realpath(home)}/shop.", told)
        alone = self.hook(self.edit("notes.ex"), "--fail-on", "medium")["reason"]
        self.assertIn("BW401 notes.ex:9", alone)
        self.assertIn("Reviewed was this file alone", alone)
        ended = subprocess.run([BINARY, "hook", "--fail-on", "medium"], input=json.dumps(self.stop()).encode(), capture_output=True, timeout=SECONDS)
        self.assertEqual((ended.returncode, ended.stdout), (0, b"{}\n"))
        self.assertIn("is no project but may hold some: nothing was reviewed", ended.stderr.decode())
        self.assertIn("3 medium findings", self.hook(self.stop(), "--path", str(home), "--fail-on", "medium")["reason"], "who names a folder means it")

    def test_the_end_is_told_once(self):
        project = self.project()
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-qm", "one")
        self.assertEqual(self.hook(self.stop(), "--fail-on", "medium"), {})
        (project / "lib" / "prices.ex").write_text(BLOCKING)
        told = self.hook(self.stop(), "--fail-on", "medium")
        self.assertEqual(told["decision"], "block")
        self.assertIn("BW401", told["reason"])
        self.assertEqual(list(self.hook(self.stop(again=True), "--fail-on", "medium")), ["systemMessage"])
        (project / "lib" / "more.ex").write_text(BLOCKING.replace("Prices", "More"))
        self.assertIn("2 medium findings", self.hook(self.stop(), "--fail-on", "medium")["reason"], "a file that git does not know yet counts")
        for host, key in (("cursor", "followup_message"), ("gemini", "reason"), ("codex", "reason"), ("copilot", "reason"), ("vscode", "hookSpecificOutput")):
            self.assertIn(key, self.hook(self.stop(), "--fail-on", "medium", "--host", host), host)

    def test_without_git_all_is_new(self):
        self.project(BLOCKING)
        self.assertIn("This project has 1 medium finding", self.hook(self.stop(), "--fail-on", "medium")["reason"])
        self.assertEqual(self.hook(self.edit(), "--fail-on", "medium")["decision"], "block")

    def test_the_settings_name_the_threshold(self):
        self.project(BLOCKING)
        (self.folder / ".beamwright.toml").write_text('fail-on = "medium"\n')
        self.assertEqual(self.hook(self.stop())["decision"], "block")
        (self.folder / ".beamwright.toml").write_text('fail-on = "none"\n')
        self.assertEqual(self.hook(self.stop()), {})

    def test_other_events_files_and_projects_are_left_alone(self):
        self.assertEqual(self.hook(self.stop()), {}, "nothing of the BEAM here")
        self.project(BLOCKING)
        self.assertEqual(self.hook({**self.edit(), "tool_name": "Read"}, "--fail-on", "low"), {})
        self.assertEqual(self.hook(self.edit("README.md"), "--fail-on", "low"), {})
        self.assertEqual(self.hook({**self.edit(), "tool_input": {"file_path": "/nonexistent/a.ex"}}, "--fail-on", "low"), {})
        self.assertEqual(self.hook({"hook_event_name": "SessionStart", "cwd": str(self.folder)}), {})

    def test_a_fault_never_sends_the_agent_back(self):
        self.project(BLOCKING)
        for event in (b"", b"nonsense", b"[]", b"{}", b"[" * 100000, b'{"hook_event_name": 7}'):
            self.hook(event, code=1)
        self.hook(self.stop(), "--no-such-option", code=1)
        self.hook(self.stop(), "--host", "nobody", code=1)
        self.hook(self.stop(), "--fail-on", "none", code=1)
        (self.folder / ".beamwright.toml").write_text("nonsense =\n")
        self.assertIn(".beamwright.toml", self.hook(self.stop(), code=1))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
