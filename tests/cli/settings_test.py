"""What a team settles about its reviews: .beamwright.toml, comments in the code, a baseline, one change at a time, an editor's text.

Usage: settings_test.py BEAMWRIGHT REPOSITORY [CLASS ...]
"""
import json
import shutil
import subprocess
import sys
import unittest

from cli_test import Case, run

# A module with one finding.
REMOTE = """defmodule Shop.Remote{n} do
  def ask(node) do
    :rpc.call(node, :shop, :ask, [])
  end
end
"""


def rules_of(review):
    return sorted(f["rule"] for f in review["findings"])


class Project(Case):
    def setUp(self):
        super().setUp()
        self.write("mix.exs", "defmodule Shop.MixProject do\n  use Mix.Project\n  def project, do: [app: :shop, version: \"1.0.0\"]\nend\n")
        self.write("lib/remote.ex", REMOTE.replace("{n}", ""))
        self.path = self.folder

    def settings(self, text):
        self.write(".beamwright.toml", text)

    def refused(self, *options):
        code, out, err = run("check", *options, self.path)
        self.assertEqual((code, out), (2, b""))
        return err.decode()


class Settings(Project):
    def test_the_rule_that_these_tests_lean_on_speaks(self):
        self.assertEqual(rules_of(self.review()), ["BW604"])

    def test_rules_are_turned_off_by_code_name_or_family(self):
        for word in ("BW604", "rpc-without-timeout", "cluster"):
            self.settings(f'ignore = ["{word}"]\n')
            self.assertEqual(rules_of(self.review()), [], word)
        self.settings("[rules.rpc_without_timeout]\nenabled = false\n")
        self.assertEqual(rules_of(self.review()), [])
        self.settings('select = ["state"]\n')
        self.assertEqual(rules_of(self.review()), [])

    def test_the_command_line_selects_anew_and_ignores_more(self):
        self.settings('select = ["state"]\n')
        self.assertEqual(rules_of(self.review(self.path, "--select", "cluster,BW401")), ["BW604"])
        self.assertEqual(rules_of(self.review(self.path, "--select", "cluster", "--ignore", "BW604")), [])
        self.assertEqual(rules_of(self.review(self.path, "--no-config")), ["BW604"])

    def test_a_rule_that_does_not_exist_is_refused_with_the_nearest(self):
        self.assertIn("rpc-without-timeout (BW604)", self.refused("--select", "rpc-without-time"))
        self.settings('ignore = ["BW999"]\n')
        self.assertIn(".beamwright.toml:1:11: there is no rule or family BW999", self.refused())

    def test_a_severity_is_set_and_the_verdict_and_exit_code_follow(self):
        self.settings('[rules.BW604]\nseverity = "critical"\n')
        self.assertEqual(self.review()["findings"][0]["severity"], "critical")
        self.assertEqual(run("check", self.path)[0], 1)
        self.settings('fail-on = "critical"\n[rules.BW604]\nseverity = "high"\n')
        self.assertEqual(run("check", self.path)[0], 0)
        self.assertEqual(run("check", "--fail-on", "high", self.path)[0], 1)
        self.assertEqual(self.review()["verdict"], "FIX-FIRST")

    def test_paths_are_left_out_of_the_review_or_of_one_rule(self):
        self.write("lib/legacy/old.ex", REMOTE.replace("{n}", "Old"))
        self.assertEqual(len(self.review()["findings"]), 2)
        self.settings('exclude = ["lib/legacy"]\n')
        review = self.review()
        self.assertEqual([f["file"] for f in review["findings"]], ["lib/remote.ex"])
        self.assertEqual(review["summary"]["files"], 1)
        self.settings('[rules.BW604]\nexclude = ["lib/*.ex"]\n')
        self.assertEqual([f["file"] for f in self.review()["findings"]], ["lib/legacy/old.ex"])

    def test_settings_are_found_above_the_reviewed_folder_and_their_paths_count_from_there(self):
        self.settings('exclude = ["lib/remote.ex"]\n')
        self.write("lib/other.ex", REMOTE.replace("{n}", "Other"))
        self.assertEqual([f["file"] for f in self.review(self.folder / "lib")["findings"]], ["other.ex"])
        elsewhere = self.write("elsewhere/settings.toml", 'ignore = ["cluster"]\n')
        self.assertEqual(rules_of(self.review(self.path, "--config", elsewhere)), [])

    def test_rows_of_the_projects_own_say_what_a_function_does(self):
        self.write("lib/price.ex", """defmodule Shop.Price do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def price(id), do: GenServer.call(__MODULE__, {:price, id})
  def init(_), do: {:ok, %{}}
  def handle_call({:price, id}, _from, state), do: {:reply, VendorSoap.price(id), state}
end
""")
        self.assertNotIn("BW401", rules_of(self.review()))
        self.settings('knowledge = ["vendor.tsv"]\n')
        self.write("vendor.tsv", "source the vendor\nfunction VendorSoap.price/1 http bound=infinity\n")
        self.assertIn("BW401", rules_of(self.review()))
        self.write("vendor.tsv", "source the vendor\nfunction VendorSoap.price/1 soap\n")
        self.assertIn("vendor.tsv:2", self.refused())
        self.settings('knowledge = ["none.tsv"]\n')
        self.assertIn("none.tsv", self.refused())

    def test_modules_that_people_run_are_no_production_code(self):
        self.settings('[contexts]\ntool = ["Shop.Rem*"]\n')
        self.assertEqual(rules_of(self.review()), [])
        self.settings('[contexts]\nrequest = ["Shop.Remote"]\n')
        self.assertEqual([f["severity"] for f in self.review()["findings"]], ["medium"])
        self.settings('[contexts]\ntest = ["Shop.Other"]\n')
        self.assertEqual([f["severity"] for f in self.review()["findings"]], ["low"])

    def test_everything_excluded_is_told(self):
        self.settings('exclude = ["lib", "mix.exs"]\n')
        self.assertIn("excluded by", self.refused())


class Suppressions(Project):
    def body(self, text):
        self.write("lib/remote.ex", text)

    def test_a_comment_with_a_reason_suppresses_and_is_counted(self):
        self.body(REMOTE.replace("{n}", "").replace("    :rpc", "    # beamwright:ignore BW604 the node is ours\n    :rpc"))
        review = self.review()
        self.assertEqual((rules_of(review), review["summary"]["suppressed"], review["diagnostics"]), ([], 1, []))
        self.assertIn(b"Not shown: 1 suppressed in the code.", run("check", self.path)[1])

    def test_a_function_and_a_file_are_suppressed_whole(self):
        self.body(REMOTE.replace("{n}", "").replace("  def", "  # beamwright:ignore-function cluster ours\n  def"))
        self.assertEqual(rules_of(self.review()), [])
        self.body("# beamwright:ignore-file BW604 ours\n" + REMOTE.replace("{n}", ""))
        self.assertEqual(rules_of(self.review()), [])

    def test_erlang_has_its_own_comments(self):
        self.write("src/remote.erl", "-module(remote).\n-export([ask/1]).\n%% beamwright:ignore-function BW604 ours\nask(N) ->\n"
                                     "    rpc:call(N, shop, ask, []).\n")
        self.assertEqual([f["file"] for f in self.review()["findings"]], ["lib/remote.ex"])

    def test_what_does_nothing_is_told_with_its_line(self):
        self.body("# beamwright:ignore-file BW401 no reason to be\n" + REMOTE.replace("{n}", "").replace(
            "    :rpc", "    # beamwright:ignore BW604\n    # beamwright:ignore BW998 it is not known\n    :rpc"))
        review = self.review()
        self.assertEqual(rules_of(review), ["BW604"])
        self.assertEqual([(d["kind"], d["line"]) for d in review["diagnostics"]], [("suppression", n) for n in (1, 4, 5)])
        out = run("check", self.path)[1].decode()
        self.assertIn("Comments to Beamwright that do nothing", out)
        self.assertNotIn("not wholly read", out)

    def test_words_in_a_string_are_no_comment(self):
        self.body(REMOTE.replace("{n}", "").replace("  def", '  @moduledoc """\n  # beamwright:ignore-file BW604 an example\n  """\n  def'))
        self.assertEqual(rules_of(self.review()), ["BW604"])


class Baseline(Project):
    def test_known_findings_are_left_out_and_new_ones_shown(self):
        baseline = self.folder / "known.json"
        code, out, _ = run("check", "--write-baseline", baseline, self.path)
        self.assertEqual((code, out), (0, f"{baseline} holds 1 findings\n".encode()))
        self.write("lib/new.ex", REMOTE.replace("{n}", "New"))
        self.write("lib/remote.ex", "# moved\n\n\n" + REMOTE.replace("{n}", ""))
        review = self.review(self.path, "--baseline", baseline)
        self.assertEqual(([f["file"] for f in review["findings"]], review["summary"]["known"]), (["lib/new.ex"], 1))
        self.settings('baseline = "known.json"\n')
        self.assertEqual(len(self.review()["findings"]), 1)
        # Written anew, it holds what it held and what is new.
        run("check", "--write-baseline", baseline, self.path)
        self.assertEqual(self.review()["findings"], [])

    def test_a_baseline_that_cannot_be_used_is_refused(self):
        self.assertIn("cannot read", self.refused("--baseline", self.folder / "none.json"))
        self.assertIn("it is no JSON", self.refused("--baseline", self.write("bad.json", "{")))
        self.assertIn("no baseline", self.refused("--baseline", self.write("other.json", "{}")))

    def test_a_baseline_that_cannot_be_written_is_told(self):
        code, out, err = run("check", "--write-baseline", self.folder / "none" / "known.json", self.path)
        self.assertEqual((code, out), (2, b""))
        self.assertIn(b"cannot write", err)


class Since(Project):
    def git(self, *words):
        subprocess.run(["git", "-C", self.folder, "-c", "user.name=a", "-c", "user.email=a@example.com", *words], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def setUp(self):
        super().setUp()
        self.git("init", "-q")
        self.git("add", ".")
        self.git("commit", "-q", "-m", "first")

    def files(self, *options, path=None):
        return [f["file"] for f in self.review(path or self.path, "--since", "HEAD", *options)["findings"]]

    def test_what_was_there_before_is_not_shown(self):
        review = self.review(self.path, "--since", "HEAD")
        self.assertEqual((review["findings"], review["summary"]["unchanged"], review["verdict"]), ([], 1, "SHIP"))

    def test_what_the_change_introduced_is_shown_committed_or_not(self):
        self.write("lib/new.ex", REMOTE.replace("{n}", "New"))
        self.assertEqual(self.files(), ["lib/new.ex"])
        self.git("add", ".")
        self.git("commit", "-q", "-m", "second")
        self.assertEqual(self.files(), [])
        self.assertEqual([f["file"] for f in self.review(self.path, "--since", "HEAD~1")["findings"]], ["lib/new.ex"])

    def test_what_the_change_touched_is_shown_and_what_only_moved_is_not(self):
        text = REMOTE.replace("{n}", "")
        self.write("lib/remote.ex", "# a comment\n\n" + text)
        self.assertEqual(self.files(), [])
        self.write("lib/remote.ex", text.replace(":ask, []", ":ask, [:all]"))
        self.assertEqual(self.files(), ["lib/remote.ex"])

    def test_a_folder_of_the_repository_and_a_single_file(self):
        self.write("lib/new.ex", REMOTE.replace("{n}", "New"))
        self.assertEqual(self.files(path=self.folder / "lib"), ["new.ex"])
        self.assertEqual(self.files(path=self.folder / "lib" / "remote.ex"), [])
        self.assertEqual(self.files(path=self.folder / "lib" / "new.ex"), ["new.ex"])

    def test_settings_hold_for_the_state_before_too(self):
        self.settings('exclude = ["lib/other"]\n')
        self.write("lib/new.ex", REMOTE.replace("{n}", "New"))
        self.assertEqual(self.files(path=self.folder / "lib"), ["new.ex"])

    def test_the_repository_is_left_as_it_was(self):
        before = subprocess.run(["git", "-C", self.folder, "status", "--porcelain"], capture_output=True).stdout
        self.files()
        self.assertEqual(subprocess.run(["git", "-C", self.folder, "status", "--porcelain"], capture_output=True).stdout, before)

    def test_a_commit_that_does_not_exist_or_a_folder_without_git_is_refused(self):
        self.assertIn("--since nowhere: git knows no such commit", self.refused("--since", "nowhere"))
        self.assertIn("git knows no such commit", self.refused("--since=--help"))
        shutil.rmtree(self.folder / ".git")
        self.assertIn("not a git repository", self.refused("--since", "HEAD"))


class Editor(Project):
    def edited(self, name, text, *options):
        code, out, err = run("check", "--format", "json", "--fail-on", "none", "--stdin-filename", name, *options, self.path,
                             stdin=None, input=text.encode())
        self.assertEqual(code, 0, err)
        return json.loads(out)

    def test_the_editors_text_counts_and_its_findings_alone_are_shown(self):
        self.write("lib/other.ex", REMOTE.replace("{n}", "Other"))
        self.assertEqual(self.edited(self.folder / "lib/remote.ex", "defmodule Shop.Remote do\nend\n")["findings"], [])
        review = self.edited(self.folder / "lib/remote.ex", "\n" + REMOTE.replace("{n}", ""))
        self.assertEqual([(f["file"], f["line"]) for f in review["findings"]], [("lib/remote.ex", 4)])

    def test_a_file_that_is_not_on_the_disk_yet(self):
        review = self.edited(self.folder / "lib/new.ex", REMOTE.replace("{n}", "New"))
        self.assertEqual([f["file"] for f in review["findings"]], ["lib/new.ex"])

    def test_a_file_that_is_no_source_or_not_in_the_folder_is_refused(self):
        self.assertIn("neither Elixir nor Erlang", self.refused("--stdin-filename", self.folder / "a.py"))
        self.assertIn("not below", self.refused("--stdin-filename", "/elsewhere/a.ex"))


class Statistics(Project):
    def test_counts_rules_instead_of_telling_findings(self):
        self.write("lib/other.ex", REMOTE.replace("{n}", "Other"))
        out = run("check", "--statistics", self.path)[1].decode()
        self.assertRegex(out, r"^ +2  BW604  rpc-without-timeout\n")
        self.assertNotIn("lib/other.ex", out)
        self.assertEqual(self.review()["summary"]["rules"], {"BW604": 2})


class DesignGate(Project):
    def test_tells_what_the_sources_say_of_each_process(self):
        self.write("lib/price.ex", """defmodule Shop.Price do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def price(id), do: GenServer.call(__MODULE__, {:price, id})
  def init(_), do: {:ok, %{}}
  def handle_call({:price, _id}, _from, state), do: {:reply, 1, state}
end
""")
        code, out, _ = run("check", "--design", self.path)
        out = out.decode()
        self.assertTrue(out.startswith("The design gate: 1 kind of process\n\nShop.Price  GenServer  lib/price.ex:1\n"), out[:300])
        for label in ("supervised", "instances", "takes", "mailbox", "when it dies", "watched"):
            self.assertIn(f"\n  {label} ", out)
        self.assertIn("call {:price, _}", out)
        self.assertLess(out.index("The design gate"), out.index("BW604"))

    def test_is_for_people(self):
        for option in ("--design", "--statistics"):
            self.assertIn("is for people", self.refused(option, "--format", "json"))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
