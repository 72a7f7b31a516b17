"""check --diff and check --fix, through the command line; and what the rewrites make of the examples in the rules' documents, shown
to the real formatter and the real compiler.

Usage: fix_test.py BEAMWRIGHT REPOSITORY [CLASS ...]
"""
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

BINARY = os.path.abspath(os.environ.get("BEAMWRIGHT") or sys.argv[1])
REPOSITORY = pathlib.Path(sys.argv[2]).resolve()

SUPERVISOR = """defmodule Shop.Supervisor do
  use Supervisor

  def start_link(_), do: Supervisor.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_), do: Supervisor.init([Shop.Stock], strategy: :one_for_rest, max_restart: 100)
end
"""
SUPERVISOR_RIGHT = SUPERVISOR.replace(":one_for_rest", ":rest_for_one").replace("max_restart:", "max_restarts:")
FRAUD = """-module(payment_fraud).
-export([check/2]).

check(Pid, Charge) ->
    Ref = erlang:monitor(process, Pid),
    Pid ! {check, self(), Ref, Charge},
    receive
        {Ref, Verdict} ->
            erlang:demonitor(Ref),
            Verdict;
        {'DOWN', Ref, process, Pid, Reason} ->
            {error, Reason}
    after 5000 ->
        erlang:demonitor(Ref),
        {error, timeout}
    end.
"""
BATCHES = """defmodule Shop.Batches do
  use GenServer

  def init(_), do: {:ok, %{url: "a", key: "b", pending: %{}}}

  def handle_cast({:add, id}, state) do
    both = {spawn(fn -> Shop.Api.a(state.url) end), spawn(fn -> Shop.Api.b(state.key) end)}
    {:noreply, %{state | pending: Map.put(state.pending, id, both)}}
  end
end
"""
FRAUD_RIGHT = FRAUD.replace("(Ref)", "(Ref, [flush])")


def run(*arguments, **options):
    options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run([BINARY, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, **options)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class Case(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="beamwright_fix_")
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name).resolve()

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def shop(self):
        return self.write("lib/supervisor.ex", SUPERVISOR), self.write("src/payment_fraud.erl", FRAUD)


class Diff(Case):
    def test_is_a_patch_that_git_and_patch_take(self):
        for command in (["git", "apply"], ["patch", "-p1", "-s"]):
            supervisor, fraud = self.shop()
            code, out, err = run("check", "--diff", self.folder)
            self.assertEqual((code, err), (1, ""))
            self.assertTrue(out.startswith("--- a/lib/supervisor.ex\n+++ b/lib/supervisor.ex\n@@ "), out)
            subprocess.run(command, input=out.encode(), cwd=self.folder, check=True)
            self.assertEqual(supervisor.read_text(), SUPERVISOR_RIGHT)
            self.assertEqual(fraud.read_text(), FRAUD_RIGHT)

    def test_changes_nothing_and_exits_as_check_does(self):
        supervisor, _ = self.shop()
        for options in ([], ["--fail-on", "none"], ["--fail-on", "medium"]):
            self.assertEqual(run("check", "--diff", self.folder, *options)[0], run("check", self.folder, *options)[0])
        self.assertEqual(supervisor.read_text(), SUPERVISOR)

    def test_holds_the_rewrites_of_what_would_be_shown(self):
        self.shop()
        out = run("check", "--diff", "--select", "BW103", self.folder)[1]
        self.assertIn("+  def init(_), do: Supervisor.init([Shop.Stock], strategy: :one_for_rest, max_restarts: 100)", out)
        self.assertNotIn("payment_fraud", out)
        baseline = self.folder / "baseline.json"
        run("check", "--write-baseline", baseline, self.folder)
        self.assertEqual(run("check", "--diff", "--baseline", baseline, self.folder), (0, "", ""))
        self.write("lib/supervisor.ex", "# beamwright:ignore-file BW102,BW103 an example\n" + SUPERVISOR)
        self.assertNotIn("supervisor.ex", run("check", "--diff", self.folder)[1])

    def test_shows_those_of_an_edited_file(self):
        self.shop()
        edited = SUPERVISOR.replace("Shop.Stock", "Shop.Orders")
        code, out, _ = run("check", "--diff", "--stdin-filename", "lib/supervisor.ex", ".", cwd=self.folder, stdin=None,
                           input=edited.encode())
        self.assertEqual(code, 1)
        self.assertIn("+  def init(_), do: Supervisor.init([Shop.Orders], strategy: :rest_for_one, max_restarts: 100)", out)
        self.assertNotIn("payment_fraud", out)

    def test_refuses_words_that_contradict_it(self):
        self.shop()
        for words in (["--diff", "--fix"], ["--diff", "--format", "json"], ["--diff", "--statistics"],
                      ["--fix", "--write-baseline", "x"], ["--fix", "--stdin-filename", "lib/supervisor.ex"]):
            code, out, err = run("check", *words, self.folder)
            self.assertEqual((code, out), (2, ""), words)
            self.assertNotEqual(err, "")


class Fix(Case):
    def test_writes_the_files_and_reviews_again(self):
        supervisor, fraud = self.shop()
        code, out, err = run("check", "--fix", self.folder)
        self.assertEqual((code, err), (0, ""), out)
        self.assertEqual((supervisor.read_text(), fraud.read_text()), (SUPERVISOR_RIGHT, FRAUD_RIGHT))
        self.assertIn("lib/supervisor.ex:7:60  BW102 unknown-strategy: Write :rest_for_one\n", out)
        self.assertIn("3 findings rewritten in 2 files.\n", out)
        self.assertIn("SHIP", out)
        code, out, _ = run("check", "--fix", self.folder)
        self.assertEqual(code, 0)
        self.assertTrue(out.startswith("Nothing was rewritten.\n"), out)

    def test_leaves_programs_the_review_that_remains(self):
        self.shop()
        code, out, err = run("check", "--fix", "--format", "json", "--select", "BW103", self.folder)
        self.assertEqual((code, json.loads(out)["findings"]), (0, []))
        self.assertIn("1 finding rewritten in 1 file.", err)
        self.assertIn("BW102", [f["rule"] for f in json.loads(run("check", "--format", "json", self.folder)[1])["findings"]])

    def test_keeps_line_ends_marks_modes_and_links(self):
        windows = self.write("lib/supervisor.ex", b"\xef\xbb\xbf" + SUPERVISOR.replace("\n", "\r\n").encode())
        target = self.write("shared/fraud.erl", FRAUD)
        target.chmod(0o640)
        link = self.folder / "src" / "payment_fraud.erl"
        link.parent.mkdir()
        link.symlink_to(target)
        run("check", "--fix", self.folder / "lib")
        run("check", "--fix", target.parent)
        self.assertEqual(windows.read_bytes(), b"\xef\xbb\xbf" + SUPERVISOR_RIGHT.replace("\n", "\r\n").encode())
        self.assertTrue(link.is_symlink())
        self.assertEqual(target.read_text(), FRAUD_RIGHT)
        self.assertEqual(stat.S_IMODE(target.stat().st_mode), 0o640)
        self.assertEqual([p.name for p in target.parent.iterdir()], ["fraud.erl"])

    def test_leaves_the_second_of_two_that_touch_for_another_run(self):
        path = self.write("lib/batches.ex", BATCHES)
        out = run("check", "--fix", "--select", "BW503", self.folder)[1]
        self.assertIn("Left for another --fix, for they touch one that is done:\n  lib/batches.ex:7:", out)
        self.assertIn("1 finding rewritten in 1 file.", out)
        self.assertIn("    url = state.url\n    both = {spawn(fn -> Shop.Api.a(url) end), spawn(fn -> Shop.Api.b(state.key) end)}\n", path.read_text())
        run("check", "--fix", "--select", "BW503", self.folder)
        self.assertIn("both = {spawn(fn -> Shop.Api.a(url) end), spawn(fn -> Shop.Api.b(key) end)}\n", path.read_text())

    def test_leaves_a_protected_file_and_writes_the_others(self):
        supervisor, fraud = self.shop()
        supervisor.chmod(0o444)
        code, out, _ = run("check", "--fix", self.folder)
        self.assertEqual(code, 2)
        self.assertEqual((supervisor.read_text(), fraud.read_text()), (SUPERVISOR, FRAUD_RIGHT))
        self.assertIn("Not written:\n  lib/supervisor.ex: is write-protected\n", out)
        self.assertIn("1 finding rewritten in 1 file.", out)


class Refusals(Case):
    """Findings that are reported and have no rewrite, for what stands in the file is not surely what the model holds."""

    def refused(self, name, text, rule):
        self.write(name, text)
        found = [f for f in json.loads(run("check", "--format", "json", self.folder)[1])["findings"] if f["rule"] == rule]
        self.assertEqual([f["rewrite"] for f in found], [None], text)

    def test_a_call_that_a_macro_writes(self):
        text = FRAUD.replace("-export", "-define(DONE(R), erlang:demonitor(R)).\n-export").replace("erlang:demonitor(Ref)", "?DONE(Ref)")
        self.refused("src/payment_fraud.erl", text, "BW207")

    def test_an_atom_that_a_macro_or_a_header_writes(self):
        text = ("-module(payment_sup).\n-behaviour(supervisor).\n-export([init/1]).\nDEFINITION"
                "init([]) -> {ok, {#{strategy => ?HOW, intensity => 1, period => 5}, []}}.\n")
        self.refused("src/payment_sup.erl", text.replace("DEFINITION", "-define(HOW, one_for_rest).\n"), "BW102")
        self.write("src/how.hrl", "-define(HOW, one_for_rest).\n")
        self.refused("src/payment_sup.erl", text.replace("DEFINITION", '-include("how.hrl").\n'), "BW102")

    def test_a_call_with_a_comment_in_it_or_over_several_lines(self):
        for call in ("erlang:demonitor(Ref % the monitor\n)", "erlang:demonitor(\n            Ref\n        )"):
            self.refused("src/payment_fraud.erl", FRAUD.replace("erlang:demonitor(Ref)", call), "BW207")

    def test_a_line_that_the_formatter_would_break(self):
        self.refused("lib/supervisor.ex", SUPERVISOR.replace("Shop.Stock", ", ".join(["Shop.Stock"] * 4)).replace(
            "strategy: :one_for_rest, max_restart", "strategy: :one_for_one,  max_restart"), "BW103")

    def test_a_key_that_is_there_as_well(self):
        self.refused("lib/supervisor.ex", SUPERVISOR.replace(":one_for_rest", ":one_for_one, max_restarts: 5"), "BW103")

    def test_a_value_that_the_right_key_would_not_take(self):
        self.refused("lib/supervisor.ex", SUPERVISOR.replace(":one_for_rest", ":one_for_one").replace("100", ":infinity"), "BW103")


def blocks(document):
    """(language, the text before, the text after) of each fixed block of a document, without the marks."""
    clean = lambda text: re.sub(r" *[#%] finding.*", "", text)
    found, before = [], {}
    for header, text in re.findall(r"^```(\w[^\n]*)\n(.*?)^```$", document, re.M | re.S):
        language, *words = header.split()
        file = next((w for w in words if w.startswith("file=")), "")
        if "fixed" in words:
            found.append((language, clean(before[language, file]), clean(text)))
        else:
            before[language, file] = text
    return found


class Languages(Case):
    def setUp(self):
        super().setUp()
        self.blocks = [(path.stem, *block) for path in sorted((REPOSITORY / "src/rules").glob("*/*.md"))
                       for block in blocks(path.read_text())]

    def test_what_is_rewritten_stays_formatted(self):
        self.assertTrue(shutil.which("elixir"), "elixir is needed")
        pairs = [(name, before, after) for name, language, before, after in self.blocks if language == "elixir"]
        self.assertGreater(len(pairs), 6)
        for i, (_, before, after) in enumerate(pairs):
            self.write(f"{i}.before", before)
            self.write(f"{i}.after", after)
        script = """
          [folder, count] = System.argv()
          for i <- 0..(String.to_integer(count) - 1) do
            formatted = fn name ->
              text = File.read!(Path.join(folder, name))
              [Code.format_string!(text, line_length: 98), "\\n"] |> IO.iodata_to_binary() == text
            end
            IO.puts("#{i} #{formatted.("#{i}.before")} #{formatted.("#{i}.after")}")
          end
        """
        out = subprocess.run(["elixir", "-e", script, str(self.folder), str(len(pairs))], check=True, capture_output=True, text=True).stdout
        checked = 0
        for line in out.splitlines():
            i, before, after = line.split()
            if before == "true":
                checked += 1
                self.assertEqual(after, "true", pairs[int(i)][0] + "\n" + pairs[int(i)][2])
        self.assertGreater(checked, 4)

    def test_what_is_rewritten_compiles(self):
        self.assertTrue(shutil.which("erlc"), "erlc is needed")
        for name, language, _, after in self.blocks:
            if language == "erlang":
                module = re.search(r"-module\((\w+)\)", after)[1]
                path = self.write(module + ".erl", after)
                done = subprocess.run(["erlc", "+nowarn_unused_function", "-o", self.folder, path], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, name + "\n" + done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=1)
