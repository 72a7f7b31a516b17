"""`map` and `why` through the command line: what they print and how they exit. The page in a browser is tested by node_test.py.

Usage: map_test.py BEAMWRIGHT REPOSITORY [CLASS ...]
"""
import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BINARY = os.path.abspath(os.environ.get("BEAMWRIGHT") or sys.argv[1])
REPOSITORY = pathlib.Path(sys.argv[2]).resolve()
SHOP = REPOSITORY / "examples" / "shop"
SECONDS = 150

TREE = {
    "mix.exs": "defmodule Demo.MixProject do\n  use Mix.Project\n  def project, do: [app: :demo, version: \"1.0.0\"]\n"
               "  def application, do: [mod: {Demo.Application, []}]\nend\n",
    "lib/application.ex": """defmodule Demo.Application do
  use Application
  def start(_type, _args) do
    children = [Demo.Store, {Registry, keys: :unique, name: Demo.Registry}, Demo.Fetcher]
    Supervisor.start_link(children, strategy: :rest_for_one, max_restarts: 7, max_seconds: 11)
  end
end
""",
    "lib/store.ex": """defmodule Demo.Store do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def get(key), do: GenServer.call(__MODULE__, {:get, key}, 2_000)
  def put(key, value), do: GenServer.cast(__MODULE__, {:put, key, value})
  def init(_) do
    :ets.new(:demo_rows, [:named_table])
    {:ok, %{}}
  end
  def handle_call({:get, key}, _from, state), do: {:reply, Map.get(state, key), state}
  def handle_cast({:put, key, value}, state), do: {:noreply, Map.put(state, key, value)}
end
""",
    "lib/fetcher.ex": """defmodule Demo.Fetcher do
  use GenServer, restart: :transient
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def fetch(url), do: GenServer.call(__MODULE__, {:fetch, url})
  def init(_), do: {:ok, nil}
  def handle_call({:fetch, url}, _from, state) do
    Demo.Store.put(url, Demo.Http.get(url))
    {:reply, Demo.Store.get(url), state}
  end
end
""",
    "lib/http.ex": """defmodule Demo.Http do
  def get(url), do: :httpc.request(:get, {url, []}, [], [])
end
""",
}


def run(*arguments, **options):
    options.setdefault("timeout", SECONDS)
    options.setdefault("env", {**os.environ, "NO_COLOR": ""})
    done = subprocess.run([BINARY, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    if done.returncode not in (0, 1, 2):
        raise AssertionError(f"{arguments} ended with {done.returncode}: {done.stderr[-2000:]!r}")
    return done.returncode, done.stdout, done.stderr


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="beamwright_map_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        for name, text in TREE.items():
            path = self.folder / "demo" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.demo = self.folder / "demo"

    def map(self, path=None, *options):
        code, out, err = run("map", path or self.demo, *options)
        self.assertEqual((code, err), (0, ""))
        return out


class Text(Case):
    def test_shows_the_tree_in_the_order_of_the_start(self):
        text = self.map()
        lines = [text.index(name) for name in ("demo", "Demo.Application", "Demo.Store", "Registry", "Demo.Fetcher")]
        self.assertEqual(lines, sorted(lines))
        self.assertIn("[rest_for_one, 7 in 11 s]", text)
        self.assertRegex(text, r"Demo\.Fetcher  transient  may block on http")
        self.assertIn("mailbox without bound", text)
        self.assertIn("demo_rows", text)

    def test_keeps_to_the_width(self):
        for line in self.map(SHOP).splitlines():
            self.assertLessEqual(len(line), 100, line)

    def test_is_coloured_for_terminals_alone_and_not_with_no_color(self):
        def seen(environment):
            reader, writer = pty.openpty()
            process = subprocess.Popen([BINARY, "map", str(self.demo)], stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.DEVNULL,
                                       env={**os.environ, "TERM": "xterm", **environment})
            os.close(writer)
            chunks = []
            while True:
                try:
                    chunk = os.read(reader, 65536)
                except OSError:
                    break
                if not chunk:
                    break
                chunks.append(chunk)
            os.close(reader)
            process.wait(SECONDS)
            return b"".join(chunks)
        self.assertIn(b"\x1b[", seen({"NO_COLOR": ""}))
        self.assertNotIn(b"\x1b[", seen({"NO_COLOR": "1"}))
        self.assertNotIn("\x1b[", self.map())
        self.assertIn("\x1b[", self.map(self.demo, "--color", "always"))

    def test_writes_a_file(self):
        out = self.folder / "map.txt"
        self.assertEqual(self.map(self.demo, "-o", out), "")
        self.assertEqual(out.read_text(), self.map())
        code, _, err = run("map", self.demo, "-o", self.folder / "none" / "map.txt")
        self.assertEqual(code, 2)
        self.assertIn("cannot write", err)

    def test_errors_end_with_2(self):
        for arguments in (["map", self.folder / "absent"], ["map", self.demo, "--format", "svg"], ["map", self.demo, self.demo]):
            code, out, err = run(*arguments)
            self.assertEqual((code, out), (2, ""))
            self.assertNotEqual(err, "")

    def test_one_thread_and_many_print_the_same(self):
        for form in ("text", "json", "dot", "mermaid", "html"):
            self.assertEqual(self.map(SHOP, "--format", form, "--jobs", "1"), self.map(SHOP, "--format", form, "--jobs", "4"))


class Json(Case):
    def design(self, path=None):
        return json.loads(self.map(path, "--format", "json"))

    def test_tells_who_is_linked_to_and_monitors_whom(self):
        (self.demo / "lib" / "watcher.ex").write_text("""defmodule Demo.Watcher do
  use GenServer
  def init(_) do
    Process.monitor(Demo.Store)
    {:ok, nil}
  end
  def handle_info({:DOWN, _, _, _, _}, state), do: {:noreply, state}
  def handle_call(:work, {caller, _}, state) do
    Process.link(caller)
    {:reply, Task.async(fn -> 1 end), state}
  end
end
""")
        rows = [(row["kind"], row["to"], row["words"], row["with_start"], row["place"]["line"]) for row in json.loads(self.map(self.demo, "--format", "json"))["links"]
                if row["from"] == "process:Demo.Watcher"]
        self.assertEqual(sorted(rows, key=str), sorted([("monitor", "process:Demo.Store", None, False, 4), ("link", None, "whoever calls it", False, 9),
                                                       ("link", None, "a task", True, 10), ("monitor", None, "a task", True, 10)], key=str))

    def test_every_reference_names_a_node(self):
        for path in (self.demo, SHOP, REPOSITORY / "examples" / "shop_right"):
            design = self.design(path)
            ids = [node["id"] for node in design["nodes"]]
            self.assertEqual(len(ids), len(set(ids)))
            known = set(ids) | {None}
            for rows, fields in (("nodes", ["application"]), ("children", ["supervisor", "child"]), ("messages", ["from", "to"]),
                                 ("table_uses", ["node", "table"]), ("blocking", ["node"]), ("findings", ["node"])):
                for row in design[rows]:
                    for field in fields:
                        self.assertIn(row[field], known)

    def test_children_stand_in_order_with_their_restart_type(self):
        rows = [(row["child"], row["restart"]) for row in self.design()["children"]]
        self.assertEqual(rows[0], ("process:Demo.Store", "permanent"))
        self.assertIn("Registry", rows[1][0])
        self.assertEqual(rows[2], ("process:Demo.Fetcher", "transient"))

    def test_messages_say_kind_wait_and_sender(self):
        messages = {(row["kind"], row["from"], row["to"], row["message"]): row for row in self.design()["messages"]}
        asked = messages[("call", "process:Demo.Fetcher", "process:Demo.Store", "{:get, _}")]
        self.assertEqual(asked["timeout_ms"], 2000)
        self.assertIs(asked["crosses_restart_boundary"], False)
        self.assertIn(("cast", "process:Demo.Fetcher", "process:Demo.Store", "{:put, _, _}"), messages)

    def test_contracts_answer_the_design_gate(self):
        nodes = {node["id"]: node for node in self.design()["nodes"]}
        store = nodes["process:Demo.Store"]["contract"]
        self.assertIn("under Demo.Application (rest_for_one, 7 restarts in 11 s), permanent", store["supervision"])
        self.assertEqual(store["instances"], "one, registered as Demo.Store")
        self.assertTrue(store["mailbox_is_unbounded"])
        self.assertIn("{:put, _, _}", store["mailbox_bound"])
        self.assertIn("demo_rows", store["lost_in_crash"])
        self.assertIn("Demo.Fetcher", store["lost_in_crash"])
        self.assertFalse(store["is_watched"])
        fetcher = nodes["process:Demo.Fetcher"]["contract"]
        self.assertIn("transient", fetcher["supervision"])

    def test_a_supervisor_of_several_alike_is_named_once(self):
        worker = "Supervisor.child_spec({Demo.Worker, %s}, id: :%s%s)"
        children = ", ".join([worker % (1, "a", ""), worker % (2, "b", ""), worker % (3, "c", ", restart: :temporary"), worker % (4, "d", "")])
        (self.demo / "lib/application.ex").write_text(TREE["lib/application.ex"].replace("Demo.Store,", "Demo.Store, " + children + ","))
        (self.demo / "lib/worker.ex").write_text("defmodule Demo.Worker do\n  use GenServer\n  def start_link(n), do: GenServer.start_link(__MODULE__, n)\n  def init(n), do: {:ok, n}\nend\n")
        design = self.design()
        self.assertEqual(len([row for row in design["children"] if row["child"] == "process:Demo.Worker"]), 4)
        worker = next(node for node in design["nodes"] if node["id"] == "process:Demo.Worker")
        supervisor = "under Demo.Application (rest_for_one, 7 restarts in 11 s)"
        self.assertEqual(worker["contract"]["supervision"], f"{supervisor}, permanent, 3 of them; {supervisor}, temporary")

    def test_says_what_a_process_may_block_on_and_by_which_path(self):
        rows = [row for row in self.design()["blocking"] if row["node"] == "process:Demo.Fetcher" and row["effect"] == "http"]
        self.assertEqual(len(rows), 1)
        self.assertIn("Demo.Http.get/1", rows[0]["path"][0]["message"])

    def test_findings_concern_their_process(self):
        findings = self.design(SHOP)["findings"]
        self.assertIn("process:Shop.Orders", {row["node"] for row in findings if row["rule"] == "BW403"})
        checked = json.loads(run("check", SHOP, "--format", "json", "--fail-on", "none")[1])
        self.assertEqual(sorted(row["fingerprint"] for row in findings), sorted(row["fingerprint"] for row in checked["findings"]))


class Dot(Case):
    def test_graphviz_reads_it(self):
        if not shutil.which("dot"):
            self.skipTest("Graphviz is not installed")
        for path in (self.demo, SHOP):
            done = subprocess.run(["dot", "-Tjson0"], input=self.map(path, "--format", "dot"), capture_output=True, text=True, timeout=SECONDS)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            drawn = {node["name"] for node in json.loads(done.stdout)["objects"]}
            for node in json.loads(self.map(path, "--format", "json"))["nodes"]:
                if node["kind"] != "application":
                    self.assertIn(node["id"], drawn)

    def test_names_cannot_end_a_text(self):
        (self.demo / "lib" / "odd.erl").write_text("-module('a\"] b\\\\').\n-behaviour(gen_server).\n-export([init/1]).\ninit(_) -> {ok, 0}.\n")
        text = self.map(self.demo, "--format", "dot")
        self.assertIn('a\\"] b', text)
        if shutil.which("dot"):
            done = subprocess.run(["dot", "-Tjson0"], input=text, capture_output=True, text=True, timeout=SECONDS)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_mermaid_holds_every_node_and_edge(self):
        text = self.map(self.demo, "--format", "mermaid")
        self.assertTrue(text.startswith("flowchart LR\n"))
        for name in ("Demo.Application", "Demo.Store", "Demo.Fetcher", "demo_rows"):
            self.assertIn(name, text)
        self.assertRegex(text, r"n\d+ -->\|\"\{:get, _\}\"\| n\d+")
        self.assertRegex(text, r"n\d+ -\.->\|\"\{:put, _, _\}\"\| n\d+")


class Page(Case):
    def test_holds_its_data_once_and_asks_for_nothing_else(self):
        page = self.map(SHOP, "--format", "html")
        data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
        self.assertEqual(json.loads(data[1]), json.loads(self.map(SHOP, "--format", "json")))
        self.assertNotIn("{{beamwright:data}}", page)
        self.assertNotRegex(page, r'<(script|link|img|iframe)[^>]*\s(src|href)=')
        self.assertLess(len(page) - len(data[1]), 1_500_000)

    def test_data_cannot_end_its_element(self):
        (self.demo / "lib" / "odd.erl").write_text("-module('</script><!--').\n-behaviour(gen_server).\n-export([init/1]).\ninit(_) -> {ok, 0}.\n")
        page = self.map(self.demo, "--format", "html")
        self.assertNotIn("</script><!--", page)
        data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
        self.assertIn("</script><!--", json.dumps(json.loads(data[1])))


class Why(Case):
    def why(self, source, target, *options):
        code, out, err = run("why", source, target, self.demo, "--format", "json", *options)
        self.assertEqual(err, "")
        answer = json.loads(out)
        self.assertEqual(code, 0 if answer["found"] else 1)
        return answer

    def test_leads_through_messages_to_an_effect(self):
        answer = self.why("Demo.Fetcher.fetch/1", "http")
        self.assertEqual([step["kind"] for step in answer["steps"]], ["asks", "calls", "does"])
        self.assertEqual(answer["steps"][0]["file"], "lib/fetcher.ex")
        self.assertEqual(answer["steps"][0]["line"], 4)
        self.assertIn(":httpc" if ":httpc" in answer["steps"][2]["message"] else "httpc", answer["steps"][2]["message"])

    def test_prints_each_step_with_its_place(self):
        code, out, _ = run("why", "Demo.Fetcher.fetch", "Demo.Store", self.demo)
        self.assertEqual(code, 0)
        self.assertIn("Demo.Fetcher.fetch/1 asks Demo.Fetcher for {:fetch, _} and waits up to 5 s", out)
        self.assertRegex(out, r"lib/store\.ex:\d+:\d+")
        self.assertIn("casts {:put, _, _} to Demo.Store", out)

    def test_a_process_starts_with_its_callbacks(self):
        self.assertEqual(self.why("Demo.Fetcher", "Demo.Store")["steps"][-1]["kind"], "casts")

    def test_leads_to_a_table_and_to_a_function_outside(self):
        self.assertIn("the table demo_rows", self.why("Demo.Store", "ets:demo_rows")["steps"][-1]["message"])
        self.assertTrue(self.why("Demo.Fetcher", ":httpc.request/4")["found"])

    def test_knows_tables_whose_names_are_put_together_and_helpers_that_are_given_them(self):
        (self.demo / "lib" / "rows.ex").write_text("""defmodule Demo.Rows do
  def make(shard), do: :ets.new(:"demo_shard_#{shard}", [:named_table, :public])
  def read(shard, key), do: look_up(:"demo_shard_#{shard}", key)
  def other(key), do: look_up(:demo_others, key)
  defp look_up(table, key), do: :ets.lookup(table, key)
end
""")
        found = self.why("Demo.Rows.read", "ets:demo_shard__")
        self.assertTrue(found["found"])
        self.assertIn("the table demo_shard__", found["steps"][-1]["message"])
        self.assertFalse(self.why("Demo.Rows.other", "ets:demo_shard__")["found"])

    def test_functions_are_known_without_arity_and_in_both_notations(self):
        (self.demo / "lib" / "odd.erl").write_text("-module(odd).\n-export([f/1, g/0]).\nf(X) -> g(), X.\ng() -> timer:sleep(1000).\n")
        for name in ("odd:f/1", "odd:f", ":odd.f", ":odd.f/1"):
            self.assertTrue(self.why(name, "sleep")["found"], name)

    def test_without_a_path_it_says_so_and_exits_with_1(self):
        code, out, err = run("why", "Demo.Store", "http", self.demo)
        self.assertEqual((code, err), (1, ""))
        self.assertIn("No path in sight leads from Demo.Store to http", out)

    def test_unknown_names_exit_with_2_and_name_the_nearest(self):
        for source, target in (("Demo.Stor", "http"), ("Demo.Fetcher", "Demo.Stor")):
            code, out, err = run("why", source, target, self.demo)
            self.assertEqual((code, out), (2, ""))
            self.assertIn("Demo.Store", err)
        self.assertEqual(run("why", "Demo.Store")[0], 2)
        self.assertIn("http", run("why", "Demo.Store", "htpp", self.demo)[2])


if __name__ == "__main__":
    classes = sys.argv[3:]
    unittest.main(argv=[sys.argv[0], *classes], verbosity=1)
