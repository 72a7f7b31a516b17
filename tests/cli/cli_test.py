"""The whole program, through its command line: what it prints, how it exits, and that nothing a folder may hold makes it crash,
hang or say too little.

Usage: cli_test.py BEAMWRIGHT REPOSITORY [CLASS ...]
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

BINARY = os.path.abspath(os.environ.get("BEAMWRIGHT") or sys.argv[1])
REPOSITORY = pathlib.Path(sys.argv[2]).resolve()
SHOP = REPOSITORY / "examples" / "shop"
SHOP_RIGHT = REPOSITORY / "examples" / "shop_right"
SECONDS = 150  # no input of these tests may take longer; a hang ends here


def run(*arguments, **options):
    """Exit code, standard output and standard error. A death by a signal is a failure of whatever test caused it."""
    options.setdefault("timeout", SECONDS)
    options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run([BINARY, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    if done.returncode not in (0, 1, 2):
        raise AssertionError(f"{arguments} ended with {done.returncode}: {done.stderr[-2000:]!r}")
    return done.returncode, done.stdout, done.stderr


class Case(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="beamwright_cli_")
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name).resolve()

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def review(self, path=None, *options):
        """The JSON of a review that must come to its end, be it with nothing that could be judged."""
        code, out, err = run("check", "--format", "json", "--fail-on", "none", *options, path or self.folder)
        self.assertIn(code, (0, 2), err[-2000:])
        self.assertTrue(out, err[-2000:])
        review = json.loads(out)
        self.assertEqual(code, 2 if review["verdict"] == "NOT-JUDGED" else 0)
        return review

    def kinds(self, review):
        return {d["kind"] for d in review["diagnostics"]}


class Commands(Case):
    def test_version(self):
        code, out, err = run("--version")
        self.assertEqual((code, err), (0, b""))
        self.assertRegex(out.decode(), r"^beamwright \d+\.\d+\.\d+\n$")

    def test_help_names_every_command(self):
        code, out, _ = run("--help")
        self.assertEqual(code, 0)
        for command in (b"check", b"map", b"why", b"explain", b"rules", b"dump"):
            self.assertIn(command, out)
        self.assertEqual(run("check", "--help")[0], 0)

    def test_a_call_that_makes_no_sense_exits_with_2_and_says_why(self):
        for arguments in ([], ["frobnicate"], ["check", "--frobnicate"], ["check", "--format", "xml"], ["check", "--jobs", "0"],
                          ["check", "--jobs", "many"], ["check", "--fail-on", "info"], ["check", "--color", "blue"], ["explain"],
                          ["dump", SHOP], ["dump", "--stage", "soul", SHOP], ["dump", "--stage", "ast"], ["check", SHOP, SHOP]):
            code, out, err = run(*arguments)
            self.assertEqual((code, out), (2, b""), arguments)
            self.assertNotEqual(err, b"", arguments)

    def test_explains_a_rule_by_code_or_name_in_any_case(self):
        by_code = run("explain", "BW401")
        self.assertEqual(by_code[0], 0)
        self.assertIn(b"blocking-call-handler", by_code[1])
        for word in ("bw401", "blocking-call-handler", "Blocking_Call_Handler"):
            self.assertEqual(run("explain", word), by_code)

    def test_an_unknown_rule_names_the_nearest(self):
        code, out, err = run("explain", "blocking-call-handlr")
        self.assertEqual((code, out), (2, b""))
        self.assertIn(b"blocking-call-handler (BW401)", err)

    def test_lists_the_rules_by_family(self):
        code, out, _ = run("rules")
        self.assertEqual(code, 0)
        words = out.decode().split()
        for family in ("supervision", "mailbox", "bottleneck", "blocking", "state", "cluster"):
            self.assertIn(family, words)
        codes = [w for w in words if w.startswith("BW")]
        self.assertEqual(codes, sorted(codes))
        self.assertGreaterEqual(len(codes), 8)

    def test_every_rule_can_be_explained(self):
        codes = [w for w in run("rules")[1].decode().split() if w.startswith("BW")]
        for code in codes:
            self.assertIn(b"What it finds", run("explain", code)[1], code)

    def test_dumps_every_stage_of_both_languages(self):
        elixir = self.write("a.ex", "defmodule A do\n  def f(x), do: :timer.sleep(x)\nend\n")
        erlang = self.write("b.erl", "-module(b).\n-export([f/1]).\nf(X) -> timer:sleep(X).\n")
        for file in (elixir, erlang):
            for stage in ("tokens", "ast", "model", "effects"):
                code, out, err = run("dump", "--stage", stage, file)
                self.assertEqual((code, err), (0, b""), (file, stage))
                self.assertGreater(len(out), 10, (file, stage))
            self.assertIn(b"sleep", run("dump", "--stage", "effects", file)[1])

    def test_a_function_that_a_use_brings_in_is_called_in_the_module_that_has_it(self):
        file = self.folder / "zones.ex"
        file.write_text("defmodule Lookup do\n  defmacro __using__(_) do\n    quote do\n      def lookup(key), do: key\n    end\n  end\nend\n"
                        "defmodule Zones do\n  use Lookup\nend\n"
                        "defmodule Shop do\n  def zone(zip), do: Zones.lookup(zip)\nend\n")
        self.assertIn(b"Elixir.Shop:zone/1\tElixir.Zones:lookup/1\t", run("dump", "--stage", "calls", file)[1])

    def test_dumps_the_facts_of_the_modules_named(self):
        code, out, err = run("dump", "--stage", "facts", SHOP)
        self.assertEqual((code, err), (0, b""))
        modules = [line for line in out.splitlines() if line.startswith(b"module ")]
        self.assertGreater(len(modules), 1)
        self.assertIn(b"  state: ", out)
        one = run("dump", "--stage", "facts", SHOP, modules[0].split()[1].decode())[1]
        self.assertEqual([line for line in one.splitlines() if line.startswith(b"module ")], modules[:1])

    def test_an_unknown_command_names_the_known_ones(self):
        code, _, err = run("frobnicate")
        self.assertEqual(code, 2)
        for word in (b"frobnicate", b"check", b"explain", b"rules", b"dump"):
            self.assertIn(word, err)
        self.assertIn(b"check", run()[2])

    def test_a_dump_asks_for_the_trees_of_a_release(self):
        file = self.write("a.erl", "-module(a).\n-export([maybe/0]).\nmaybe() -> maybe.\n")
        self.assertEqual(run("dump", "--stage", "ast", "--level", "25", file)[2], b"")
        self.assertIn(b"syntax error", run("dump", "--stage", "ast", file)[2])
        code, _, err = run("dump", "--stage", "ast", "--level", "new", file)
        self.assertEqual(code, 2)
        self.assertIn(b"--level", err)

    def test_a_dump_of_broken_source_says_so_and_goes_on(self):
        code, out, err = run("dump", "--stage", "ast", self.write("a.ex", "def f( do\n"))
        self.assertEqual(code, 0)
        self.assertRegex(err, rb"a\.ex:\d+:\d+: ")

    def test_a_dump_of_what_is_no_file_exits_with_2(self):
        self.assertEqual(run("dump", "--stage", "ast", SHOP)[0], 2)
        self.assertEqual(run("dump", "--stage", "ast", self.folder / "none.ex")[0], 2)


class ExitCodes(Case):
    def test_garbage_alone_is_not_judged_and_exits_with_2(self):
        for name, text in (("a.ex", "defmodule X do\n  def f( do\n"), ("d.erl", "-module(d).\nf( -> ok.\n"), ("b.ex", "\xff\0 ~]")):
            file = self.write(name, text)
            code, out, _ = run("check", file)
            self.assertEqual(code, 2)
            self.assertIn(name + ":", out.decode())
            self.assertEqual(out.decode().splitlines()[-1], "NOT-JUDGED  no function could be read in 1 file")
            self.assertEqual(json.loads(run("check", "--format", "json", file)[1])["verdict"], "NOT-JUDGED")

    def test_what_can_be_read_beside_garbage_is_judged(self):
        self.write("broken.erl", "-module(d).\nf( -> ok.\n")
        self.write("whole.erl", "-module(whole).\n-export([f/0]).\nf() -> ok.\n")
        code, out, _ = run("check", self.folder)
        self.assertEqual(code, 0)
        self.assertRegex(out.decode().splitlines()[-1], "^SHIP  .*; 1 file not wholly read$")

    def test_the_wrong_shop_fails_and_the_right_one_ships(self):
        code, out, _ = run("check", SHOP)
        self.assertEqual(code, 1)
        self.assertRegex(out.decode().splitlines()[-1], "^(NEEDS-REDESIGN|FIX-FIRST)  ")
        code, out, _ = run("check", SHOP_RIGHT)
        self.assertEqual(code, 0, out.decode())
        self.assertTrue(out.decode().splitlines()[-1].startswith("SHIP  "), out.decode())

    def test_the_severity_that_fails_can_be_chosen(self):
        severities = {f["severity"] for f in self.review(SHOP)["findings"]}
        order = ["low", "medium", "high", "critical"]
        self.assertEqual(run("check", "--fail-on", "none", SHOP)[0], 0)
        for at, severity in enumerate(order):
            self.assertEqual(run("check", "--fail-on", severity, SHOP)[0], 1 if severities & set(order[at:]) else 0, severity)

    def test_a_path_that_does_not_exist_exits_with_2(self):
        code, out, err = run("check", self.folder / "none")
        self.assertEqual((code, out), (2, b""))
        self.assertEqual(err.decode(), f"beamwright: cannot review {self.folder}/none: No such file or directory\n")

    def test_a_folder_without_elixir_or_erlang_names_the_languages_seen(self):
        for name in ("a.go", "b.go", "c.ts"):
            self.write(name, "")
        code, out, err = run("check", self.folder)
        self.assertEqual((code, out), (2, b""))
        self.assertIn("nothing but the BEAM; seen: 2 files of Go and 1 of TypeScript", err.decode())

    def test_an_empty_folder_exits_with_2(self):
        code, _, err = run("check", self.folder)
        self.assertEqual(code, 2)
        self.assertIn(b"holds no Elixir and no Erlang", err)

    def test_a_folder_of_tests_says_how_to_review_them(self):
        self.write("test/a_test.exs", "1")
        code, _, err = run("check", self.folder)
        self.assertEqual(code, 2)
        self.assertIn(b"--include-tests", err)
        self.assertEqual(run("check", "--include-tests", self.folder)[0], 0)

    def test_a_single_file_is_reviewed(self):
        path = self.write("lib/a.ex", "defmodule A do\nend\n")
        review = self.review(path)
        self.assertEqual(review["summary"]["files"], 1)
        self.assertEqual(review["summary"]["modules"], 1)

    def test_the_current_folder_is_the_default(self):
        self.write("lib/a.ex", "defmodule A do\nend\n")
        code, out, _ = run("check", cwd=self.folder)
        self.assertEqual(code, 0)
        self.assertIn(b"Reviewed 1 file with 2 lines: 1 module", out)


class Json(Case):
    KEYS = ["rule", "name", "family", "severity", "confidence", "file", "line", "column", "end_line", "end_column", "function", "message",
            "why", "fix", "rewrite", "path", "fingerprint"]

    def test_the_contract_holds_for_a_real_review(self):
        review = self.review(SHOP)
        self.assertEqual(list(review), ["schema", "tool", "verdict", "summary", "findings", "diagnostics"])
        self.assertEqual(review["schema"], 1)
        self.assertEqual(review["tool"]["name"], "beamwright")
        summary = review["summary"]
        self.assertEqual(sum(summary["severities"].values()), len(review["findings"]))
        self.assertEqual(sum(summary["families"].values()), len(review["findings"]))
        self.assertGreater(summary["processes"], 0)
        self.assertGreater(summary["supervisors"], 0)
        self.assertEqual(review["diagnostics"], [])
        self.assertGreater(len(review["findings"]), 0)
        for finding in review["findings"]:
            self.assertEqual(list(finding), self.KEYS)
            self.assertIn(finding["severity"], ["critical", "high", "medium", "low", "info"])
            self.assertIn(finding["confidence"], ["certain", "likely", "possible"])
            self.assertFalse(finding["confidence"] == "possible" and finding["severity"] in ("critical", "high"))
            self.assertRegex(finding["fingerprint"], "^[0-9a-f]{16}$")
            self.assertLessEqual((finding["line"], finding["column"]), (finding["end_line"], finding["end_column"]))
            lines = (SHOP / finding["file"]).read_text().splitlines()
            self.assertLessEqual(finding["end_line"], len(lines) + 1)
            for key in ("message", "why", "fix"):
                self.assertTrue(finding[key].strip(), (finding["rule"], key))
            for step in finding["path"]:
                self.assertEqual(list(step), ["file", "line", "column", "message"])
        prints = [f["fingerprint"] for f in review["findings"]]
        self.assertEqual(len(prints), len(set(prints)))
        places = [(f["file"], f["line"], f["column"], f["rule"]) for f in review["findings"]]
        self.assertEqual(places, sorted(places))

    def test_fingerprints_survive_moved_lines(self):
        source = ("defmodule A do\n  use GenServer\n  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)\n"
                  "  def init(_), do: {:ok, nil}\n  def get, do: GenServer.call(__MODULE__, :get)\n"
                  "  def handle_call(:get, _from, state) do\n    {:reply, GenServer.call(__MODULE__, :get), state}\n  end\nend\n")
        self.write("lib/a.ex", source)
        before = {f["fingerprint"] for f in self.review()["findings"]}
        self.assertTrue(before)
        self.write("lib/a.ex", "# moved\n\n" + source.replace("  def get", "  # more\n  def get"))
        self.assertEqual({f["fingerprint"] for f in self.review()["findings"]}, before)

    def test_a_diagnostic_has_a_place(self):
        self.write("lib/a.ex", "defmodule A do\n  def f(, do: 1\nend\n")
        diagnostics = self.review()["diagnostics"]
        self.assertTrue(diagnostics)
        self.assertEqual(list(diagnostics[0]), ["file", "line", "column", "kind", "message"])
        self.assertEqual((diagnostics[0]["file"], diagnostics[0]["kind"]), ("lib/a.ex", "syntax"))


class Output(Case):
    def test_no_colour_unless_asked(self):
        self.assertNotIn(b"\x1b", run("check", SHOP)[1])
        self.assertIn(b"\x1b[", run("check", "--color", "always", SHOP)[1])
        self.assertNotIn(b"\x1b", run("check", "--color", "never", SHOP)[1])

    def on_terminal(self, **environment):
        import pty
        main, terminal = pty.openpty()
        process = subprocess.Popen([BINARY, "check", str(SHOP_RIGHT)], stdout=terminal, stderr=subprocess.DEVNULL,
                                   env={"PATH": os.environ["PATH"], "TERM": "xterm", **environment})
        os.close(terminal)
        out = b""
        try:
            while piece := os.read(main, 65536):
                out += piece
        except OSError:  # the terminal is closed when the program has ended
            pass
        os.close(main)
        self.assertIn(process.wait(SECONDS), (0, 1))
        return out

    def test_colour_on_a_terminal_unless_no_color_says_otherwise(self):
        self.assertIn(b"\x1b[", self.on_terminal())
        self.assertNotIn(b"\x1b", self.on_terminal(NO_COLOR="1"))
        self.assertNotIn(b"\x1b", self.on_terminal(TERM="dumb"))

    def test_a_review_written_to_a_file_leaves_its_verdict_on_the_terminal(self):
        file = self.folder / "review.json"
        code, out, _ = run("check", "--format", "json", "-o", file, SHOP)
        self.assertEqual(code, 1)
        self.assertRegex(out.decode(), rf"^NEEDS-REDESIGN  .+; the review is in {file}\n$")
        self.assertEqual(json.loads(file.read_text())["verdict"], "NEEDS-REDESIGN")

    def test_a_reader_that_goes_away_is_no_crash(self):
        for arguments in (["check", SHOP], ["check", "--format", "json", SHOP], ["rules"], ["explain", "BW401"], ["--help"]):
            read, write = os.pipe()
            os.close(read)
            done = subprocess.run([BINARY, *map(str, arguments)], stdout=write, stderr=subprocess.PIPE, timeout=SECONDS)
            os.close(write)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(b"cannot write the output: Broken pipe", done.stderr)

    def test_a_full_disk_is_no_crash(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BINARY, "check", SHOP], stdout=full, stderr=subprocess.PIPE, timeout=SECONDS)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"No space left on device", done.stderr)

    def test_closed_streams_are_no_crash(self):
        for close, expected in ((">&-", 2), ("2>&-", 1), ("<&-", 1), (">&- 2>&- <&-", 2)):
            done = subprocess.run(["sh", "-c", f'"$0" check "$1" {close} | cat > /dev/null; "$0" check "$1" {close}', BINARY, SHOP],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS)
            self.assertEqual(done.returncode, expected, close)

    def test_works_where_nothing_can_be_written(self):
        here = run("check", SHOP)
        self.assertEqual(run("check", SHOP, cwd="/proc"), here)

    def test_places_can_be_clicked_from_where_the_user_stands(self):
        self.write("project/lib/a.ex", "defmodule A do\n  def f(t), do: String.to_atom(t\nend\n")
        _, out, _ = run("check", "project", cwd=self.folder)
        self.assertIn(b"project/lib/a.ex:", out)
        _, out, _ = run("check", ".", cwd=self.folder / "project")
        self.assertIn(b"  lib/a.ex:", out)

    def test_names_and_texts_do_not_steer_the_terminal(self):
        self.write("lib/\x1b[2Jred.ex", 'defmodule A do\n  def f(x), do: "\x1b[31m" <> (\nend\n')
        _, out, err = run("check", self.folder)
        self.assertNotIn(b"\x1b", out + err)


class Determinism(Case):
    def test_any_number_of_threads_prints_the_same_bytes(self):
        roots = [SHOP, SHOP_RIGHT]
        otp = sorted(pathlib.Path("/usr/lib/erlang/lib").glob("kernel-*"))
        self.assertTrue(otp, "Debian's erlang-src is needed: its headers are shared by many files")
        roots += otp[:1]
        for root in roots:
            for options in ([], ["--format", "json"]):
                first = run("check", "--jobs", "1", *options, root)
                for jobs in ("4", "4", "7"):
                    self.assertEqual(run("check", "--jobs", jobs, *options, root), first, (root, jobs))


class HostileFolders(Case):
    def test_loops_of_links_and_links_to_the_root(self):
        self.write("lib/a.ex", "defmodule A do\nend\n")
        (self.folder / "lib" / "self").symlink_to(".")
        (self.folder / "up").symlink_to("..")
        (self.folder / "all").symlink_to("/")
        (self.folder / "one").symlink_to("two")
        (self.folder / "two").symlink_to("one")
        review = self.review()
        self.assertEqual(review["summary"]["files"], 1)

    def test_what_cannot_be_read_is_told_and_the_rest_reviewed(self):
        self.write("lib/a.ex", "defmodule A do\nend\n")
        (self.folder / "lib" / "gone.ex").symlink_to("nowhere")
        os.mkfifo(self.folder / "lib" / "pipe.ex")
        (self.folder / "lib" / "device.erl").symlink_to("/dev/zero")
        expected = {"lib/gone.ex", "lib/pipe.ex", "lib/device.erl"}
        if os.geteuid() != 0:  # root may read anything, so for root the three above stand for this
            self.write("lib/secret.ex", "").chmod(0)
            expected.add("lib/secret.ex")
        review = self.review()
        self.assertEqual({d["file"] for d in review["diagnostics"]}, expected)
        self.assertEqual(self.kinds(review), {"io"})
        self.assertEqual(review["summary"]["modules"], 1)

    def test_a_pipe_or_device_as_the_argument_is_refused(self):
        os.mkfifo(self.folder / "pipe.ex")
        for path in (self.folder / "pipe.ex", "/dev/zero"):
            code, _, err = run("check", path)
            self.assertEqual(code, 2)
            self.assertIn(b"neither a folder nor a regular file", err)

    def test_a_folder_named_like_a_file_and_a_file_named_like_a_folder(self):
        self.write("a.ex/b.ex", "defmodule B do\nend\n")
        self.write("deps", "not a folder")
        self.write("apps", "")
        review = self.review()
        self.assertEqual((review["summary"]["files"], review["diagnostics"]), (1, []))
        self.assertEqual(self.review(self.folder / "a.ex")["summary"]["files"], 1)

    def test_names_of_any_bytes(self):
        for name in (b"\xff\xfe.ex", b"new\nline.ex", b"tab\t.erl", "\u202e\u00e9.ex".encode(), b"a" * 250 + b".ex", b"-rf.ex", b"*.ex"):
            path = os.path.join(os.fsencode(self.folder), name)
            with open(path, "wb") as file:
                file.write(b"")
        review = self.review()
        self.assertEqual(review["summary"]["files"], 7)
        self.assertEqual(run("check", self.folder)[0], 0)

    def test_very_deep_folders(self):
        deep = os.fsencode(self.folder)
        os.chdir(deep)
        self.addCleanup(os.chdir, "/")
        for _ in range(300):
            os.mkdir(b"d" * 50)
            os.chdir(b"d" * 50)
        with open(b"a.ex", "wb"):
            pass
        os.chdir("/")
        self.write("b.ex", "")
        review = self.review()
        self.assertEqual(review["summary"]["files"], 1)
        self.assertEqual(self.kinds(review), {"io"})

    def test_thousands_of_files(self):
        for i in range(3000):
            self.write(f"lib/{i % 50}/m{i}.ex", f"defmodule M{i} do\n  def f, do: M{i + 1}.f()\nend\n")
        self.assertEqual(self.review()["summary"]["modules"], 3000)

    def test_manifests_of_any_bytes(self):
        noise = random.Random(1).randbytes(100_000)
        for name in ("mix.exs", "mix.lock", "rebar.config", "rebar.lock", "Makefile", "src/a.app.src", "ebin/a.app", "erlang.mk"):
            self.write(name, noise)
            self.write("deps/x/" + name, b"{:a, " * 20_000)
            self.write("apps/y/" + name, b"[{deps, [" * 20_000)
        self.write("src/a.erl", "-module(a).\n")
        self.assertEqual(self.review()["summary"]["modules"], 1)


class Hostile(Case):
    """Texts that are handed over as one file each; whatever they hold, the review ends and says what it could not understand."""
    NAME = None
    TEXTS = {}
    SYNTAX_ERRORS = ()  # names of TEXTS that cannot be the language

    def test_texts(self):
        for name, text in self.TEXTS.items():
            with self.subTest(name):
                content = text() if callable(text) else text
                path = self.write(self.NAME, content)
                review = self.review(path)
                self.assertLessEqual(self.kinds(review), {"syntax"}, review["diagnostics"][:3])
                if name in self.SYNTAX_ERRORS:
                    self.assertEqual(self.kinds(review), {"syntax"})
                self.assertEqual(review["summary"]["files"], 1)
                self.assertIn(run("check", path)[0], (2,) if review["verdict"] == "NOT-JUDGED" else (0, 1))

    def test_a_file_larger_than_any_source_is_not_read(self):
        if self.NAME is None:
            return
        path = self.write(self.NAME, b"x" * 50_000_000)
        review = self.review(path)
        self.assertEqual(self.kinds(review), {"io"})
        self.assertIn("32 MiB", review["diagnostics"][0]["message"])
        self.assertEqual(review["verdict"], "NOT-JUDGED")
        self.assertEqual(run("check", path)[0], 2)


def noise(size, alphabet=None):
    source = random.Random(7)
    return source.randbytes(size) if alphabet is None else "".join(source.choices(alphabet, k=size)).encode()


DEEP = 100_000


class HostileElixir(Hostile):
    NAME = "a.ex"
    SYNTAX_ERRORS = ("binary", "zeros", "invalid UTF-8", "open brackets", "open calls")
    TEXTS = {
        "empty": b"",
        "one line end": b"\n",
        "binary": lambda: noise(1_000_000),
        "zeros": b"\0" * 100_000,
        "invalid UTF-8": b'defmodule A do\n  def f, do: "\xff\xc3("\n  x\xff = 1\nend\n',
        "byte order mark": b"\xef\xbb\xbfdefmodule A do\nend\n",
        "carriage returns": b"defmodule A do\r\n  def f, do: 1\r\nend\r\n",
        "30 MB of one line": lambda: b"x = [" + b"1, " * 10_000_000 + b"1]",
        "30 MB of one name": lambda: b"a" * 30_000_000,
        "30 MB of one string": lambda: b'x = "' + "\u00e9".encode() * 15_000_000 + b'"',
        "30 MB of one comment": lambda: b"# " + b"x" * 30_000_000,
        "open brackets": b"(" * DEEP,
        "open calls": b"f(" * DEEP,
        "nested brackets": b"[" * DEEP + b"]" * DEEP,
        "nested parentheses": b"(" * DEEP + b"1" + b")" * DEEP,
        "nested tuples": b"{" * DEEP + b"}" * DEEP,
        "nested maps": b"%{a: " * DEEP + b"1" + b"}" * DEEP,
        "nested binaries": b"<<" * DEEP + b">>" * DEEP,
        "nested functions": b"fn -> " * DEEP + b"1" + b" end" * DEEP,
        "nested blocks": b"if x do\n" * DEEP + b"end\n" * DEEP,
        "nested modules": b"defmodule A do\n" * DEEP + b"end\n" * DEEP,
        "nested interpolation": b'"#{' * DEEP + b'}"' * DEEP,
        "nested sigils": b"~s(" * DEEP + b")" * DEEP,
        "unary operators": b"not " * DEEP + b"x",
        "left operators": b"1" + b" + 1" * DEEP,
        "right operators": b"[]" + b" ++ []" * DEEP,
        "pipes": b"x" + b" |> f()" * DEEP,
        "dots": b"a" + b".b" * DEEP,
        "calls of calls": b"f" + b".()" * DEEP,
        "accesses": b"a" + b"[0]" * DEEP,
        "matches": b"a = " * DEEP + b"1",
        "calls without parentheses": b"f " * DEEP + b"1",
        "clauses": b"fn\n" + b"  x -> x\n" * DEEP + b"end\n",
        "only closers": b") ] } end >> " * 20_000,
        "open heredoc": b'x = """\n' + b"text\n" * DEEP,
        "tokens at random": lambda: noise(300_000, "defmoul()[]{}<>|&%@!~:;,.\"'#\n 01aA=-+*/\\"),
    }


class HostileErlang(Hostile):
    NAME = "a.erl"
    SYNTAX_ERRORS = ("binary", "open brackets", "open calls")  # erl_scan takes zeros for blanks
    TEXTS = {
        "empty": b"",
        "only the module": b"-module(a).",
        "binary": lambda: noise(1_000_000),
        "zeros": b"\0" * 100_000,
        "invalid UTF-8": b'-module(a).\nf() -> "\xff\xc3(".\n',
        "latin-1": b"%% -*- coding: latin-1 -*-\n-module(a).\nf() -> \"\xe9\".\n",
        "byte order mark": b"\xef\xbb\xbf-module(a).\n",
        "30 MB of one line": lambda: b"-module(a). f() -> [" + b"1, " * 10_000_000 + b"1].",
        "30 MB of one name": lambda: b"a" * 30_000_000,
        "30 MB of one comment": lambda: b"%" + b"x" * 30_000_000,
        "30 MB of one string": lambda: b'-module(a). f() -> "' + b"x" * 30_000_000 + b'".',
        "open brackets": b"f() -> " + b"(" * DEEP,
        "open calls": b"f() -> " + b"g(" * DEEP,
        "nested brackets": b"f() -> " + b"[" * DEEP + b"]" * DEEP + b".",
        "nested parentheses": b"f() -> " + b"(" * DEEP + b"1" + b")" * DEEP + b".",
        "nested tuples": b"f() -> " + b"{" * DEEP + b"}" * DEEP + b".",
        "nested maps": b"f() -> " + b"#{a => " * DEEP + b"1" + b"}" * DEEP + b".",
        "nested binaries": b"f() -> " + b"<<" * DEEP + b">>" * DEEP + b".",
        "nested functions": b"f() -> " + b"fun() -> " * DEEP + b"1" + b" end" * DEEP + b".",
        "nested cases": b"f() -> " + b"case x of a -> " * DEEP + b"1" + b" end" * DEEP + b".",
        "nested begins": b"f() -> " + b"begin " * DEEP + b"1" + b" end" * DEEP + b".",
        "nested tries": b"f() -> " + b"try " * DEEP + b"1" + b" catch _:_ -> 1 end" * DEEP + b".",
        "nested comprehensions": b"f() -> " + b"[" * DEEP + b"X" + b" || X <- Y]" * DEEP + b".",
        "nested types": b"-type t() :: " + b"[" * DEEP + b"]" * DEEP + b".",
        "nested conditions": b"-ifdef(A).\n" * DEEP + b"-endif.\n" * DEEP,
        "unary operators": b"f() -> " + b"not " * DEEP + b"X.",
        "left operators": b"f() -> 1" + b" + 1" * DEEP + b".",
        "right operators": b"f() -> []" + b" ++ []" * DEEP + b".",
        "sends": b"f() -> " + b"A ! " * DEEP + b"1.",
        "matches": b"f() -> " + b"A = " * DEEP + b"1.",
        "record chains": b"f() -> X" + b"#r.a" * DEEP + b".",
        "calls of calls": b"f() -> g" + b"()" * DEEP + b".",
        "clauses": b";\n".join([b"f(X) -> X"] * DEEP) + b".",
        "only closers": b") ] } end >> . " * 20_000,
        "a macro of itself": b"-define(A, ?A).\nf() -> ?A.\n",
        "macros of each other": b"-define(A, ?B).\n-define(B, ?A).\nf() -> ?A.\n",
        "macros that double": b"-define(A0, 1).\n" + b"".join(b"-define(A%d, ?A%d, ?A%d).\n" % (i, i - 1, i - 1) for i in range(1, 64)) +
                              b"f() -> [?A63].\n",
        "macro arguments that double": b"-define(D(X), {X, X}).\nf() -> " + b"?D(" * 40 + b"1" + b")" * 40 + b".\n",
        "a file that includes itself": b'-module(a).\n-include("a.erl").\n',
        "includes of devices": b'-module(a).\n-include("/dev/zero").\n-include("/").\n-include("").\n-include_lib("../../../x.hrl").\n',
        "tokens at random": lambda: noise(300_000, "fendcasof()[]{}<>|&%@!~:;,.\"'#\n 01aA=-+*/\\?$"),
    }

    def test_headers_that_include_each_other(self):
        self.write("src/a.erl", '-module(a).\n-include("a.hrl").\nf() -> ok.\n')
        self.write("src/a.hrl", '-include("b.hrl").\n')
        self.write("src/b.hrl", '-include("a.hrl").\n')
        review = self.review()
        self.assertLessEqual(self.kinds(review), {"syntax"})
        self.assertEqual(review["summary"]["modules"], 1)

    def test_headers_that_include_twice_each(self):
        """2^40 includes if nothing bounds them."""
        self.write("src/a.erl", '-module(a).\n-include("h0.hrl").\nf() -> ok.\n')
        for i in range(40):
            self.write(f"src/h{i}.hrl", f'-include("h{i + 1}.hrl").\n' * 2)
        self.write("src/h40.hrl", "-define(X, 1).\n")
        self.assertLessEqual(self.kinds(self.review()), {"syntax"})


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
