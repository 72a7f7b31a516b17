"""`beamwright init` through its command line: what it puts into projects, that it asks, that a second run finds nothing to do, and
that --undo leaves every byte as it was, or as its owner made it since.

Usage: init_test.py BEAMWRIGHT [CLASS ...]
"""
import hashlib
import json
import os
import pathlib
import pty
import shutil
import subprocess
import sys
import tempfile
import tomllib
import unittest

BINARY = os.path.abspath(os.environ.get("BEAMWRIGHT") or sys.argv[1])
SETTINGS, MCP, SKILL = ".claude/settings.json", ".mcp.json", ".claude/skills/beamwright/SKILL.md"


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="beamwright_init_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def read(self, name):
        return (self.folder / name).read_bytes().decode()

    def files(self):
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def init(self, *words, code=0, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        done = subprocess.run([BINARY, "init", str(self.folder), *words], capture_output=True, text=True, timeout=60, **options)
        self.assertEqual(done.returncode, code, done.stdout[-2000:] + done.stderr[-2000:])
        return done.stdout + done.stderr

    def at_terminal(self, answers, *words):
        """What is said to one who sits at a terminal and gives these answers, each when it is asked for."""
        main, other = pty.openpty()
        process = subprocess.Popen([BINARY, "init", str(self.folder), "--color", "never", *words], stdin=other, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        os.close(other)
        os.write(main, "".join(answer + "\n" for answer in answers).encode())
        said = process.communicate(timeout=60)[0].decode()
        os.close(main)
        return process.returncode, said

    def wire_and_undo(self, *words):
        """Wires, looks that a second run has nothing to do and that nothing is left of it after --undo."""
        before = self.files()
        self.init("--yes", *words)
        wired = self.files()
        self.assertNotEqual(before, wired)
        self.assertIn("nothing to do", self.init("--yes", *words))
        self.assertEqual(self.files(), wired)
        self.init("--undo", "--yes")
        self.assertEqual(self.files(), before)
        self.assertIn("nothing to do", self.init("--undo", "--yes"))
        return wired


class Wiring(Case):
    def test_an_empty_folder_gets_settings_gates_hook_tools_and_skill(self):
        wired = self.wire_and_undo()
        self.assertEqual(set(wired), {".beamwright.toml", "AGENTS.md", SETTINGS, MCP, SKILL})
        self.assertEqual(list(self.folder.iterdir()), [], "no folder is left either")

    def test_the_settings_are_settings(self):
        self.write("lib/a.ex", "defmodule A do\nend\n")
        self.init("--yes")
        done = subprocess.run([BINARY, "check", str(self.folder)], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_hooks_and_tools_name_commands_that_there_are(self):
        self.init("--yes", "--agents", "claude,codex,cursor,gemini,vscode")
        said = [self.read(name) for name in (SETTINGS, MCP, ".codex/hooks.json", ".cursor/hooks.json", ".cursor/mcp.json",
                                             ".gemini/settings.json", ".vscode/mcp.json")]
        commands = subprocess.run([BINARY, "--help"], capture_output=True, text=True).stdout
        for name in ("hook", "mcp"):
            self.assertRegex(commands, rf"(?m)^  {name} ")
        for text in said:
            json.loads(text)
            self.assertIn("beamwright", text)

    def test_claude_runs_the_hook_after_edits_and_at_the_end(self):
        self.init("--yes")
        hooks = json.loads(self.read(SETTINGS))["hooks"]
        self.assertEqual(hooks["PostToolUse"], [{"matcher": "Edit|MultiEdit|Write", "hooks": [{"type": "command", "command": "beamwright hook"}]}])
        self.assertEqual(hooks["Stop"], [{"hooks": [{"type": "command", "command": "beamwright hook"}]}])
        self.assertEqual(json.loads(self.read(MCP)), {"mcpServers": {"beamwright": {"command": "beamwright", "args": ["mcp"]}}})

    def test_the_three_gates_stand_in_agents_md_and_in_the_skill(self):
        self.init("--yes")
        for name in ("AGENTS.md", SKILL):
            text = self.read(name).lower()
            places = [text.index(word) for word in ("state the design", "implement", "review**" if name == "AGENTS.md" else "gate 3: review")]
            self.assertEqual(places, sorted(places))
            for question in ("supervised", "mailbox", "tables", "when it crashes" if name == "AGENTS.md" else "crashes", "who reads"):
                self.assertIn(question, text)
        self.assertTrue(self.read(SKILL).startswith("---\nname: beamwright\ndescription: "))

    def test_mix_and_rebar3_projects_on_github(self):
        for manifest in ("mix.exs", "rebar.config"):
            with self.subTest(manifest):
                self.write(manifest, "x\n")
                self.write(".github/workflows/ci.yml", "on: push\n")
                wired = self.wire_and_undo()
                self.assertIn(".github/workflows/beamwright.yml", wired)
                self.assertNotIn(".gitlab-ci.yml", wired)

    def test_the_remote_of_git_tells_the_ci(self):
        self.write(".git/config", '[remote "origin"]\n\turl = git@github.com:shop/shop.git\n')
        self.init("--yes")
        self.assertTrue((self.folder / ".github/workflows/beamwright.yml").exists())

    def test_neither_ci_is_said_and_can_be_chosen(self):
        self.assertIn("no CI", self.init("--yes"))
        self.assertIn("made .github/workflows/beamwright.yml", self.init("--yes", "--ci", "github"))
        self.assertNotIn("no CI", self.init("--yes", "--ci", "none"))

    def test_each_host_that_is_in_use_is_wired(self):
        self.write(".cursor/rules/a.mdc", "x\n")
        self.write("GEMINI.md", "x\n")
        wired = self.wire_and_undo()
        self.assertIn(".cursor/hooks.json", wired)
        self.assertIn(".gemini/settings.json", wired)
        self.assertNotIn(SETTINGS, wired)

    def test_codex_gets_a_table_of_its_settings(self):
        for text in (None, "", 'model = "x"', 'model = "x"\n\n[tools]\nweb = true\n'):
            with self.subTest(text):
                self.write(".codex/config.toml", text) if text is not None else self.write(".codex/a", "x")
                wired = self.wire_and_undo()[".codex/config.toml"].decode()
                read = tomllib.loads(wired)
                self.assertEqual(read["mcp_servers"], {"beamwright": {"command": "beamwright", "args": ["mcp"]}})
        theirs = '[mcp_servers.beamwright]\ncommand = "/opt/beamwright"\n'
        self.write(".codex/config.toml", theirs)
        self.assertEqual(self.wire_and_undo()[".codex/config.toml"].decode(), theirs)

    def test_no_host_at_all(self):
        self.assertEqual(set(self.wire_and_undo("--agents", "none")), {".beamwright.toml", "AGENTS.md"})


class Asking(Case):
    def test_without_a_terminal_nothing_is_changed_and_that_is_said(self):
        said = self.init(code=2)
        self.assertIn("nothing was changed", said)
        self.assertIn("--yes", said)
        self.assertEqual(self.files(), {})

    def test_without_a_terminal_but_wired_there_is_nothing_to_do(self):
        self.init("--yes")
        self.assertIn("nothing to do", self.init())

    def test_a_dry_run_shows_all_and_writes_nothing(self):
        self.write("AGENTS.md", "# Ours\n")
        before = self.files()
        said = self.init("--dry-run")
        for line in ("+++ b/.beamwright.toml", " # Ours", '+    "beamwright": {', "5 files would change; nothing was written"):
            self.assertIn(line, said)
        self.assertEqual(self.files(), before)

    def test_a_dry_run_is_a_patch_that_makes_the_same_files(self):
        if not shutil.which("git"):
            self.skipTest("git is not installed")
        self.write("AGENTS.md", "# Ours")
        said = self.init("--dry-run", "--ci", "gitlab")
        self.init("--yes", "--ci", "gitlab")
        wired = self.files()
        self.init("--undo", "--yes")
        patch = "\n".join(line for line in said.splitlines() if line[:1] in ("+", "-", "@", " ", "\\")) + "\n"
        subprocess.run(["git", "apply", "-"], input=patch, text=True, cwd=self.folder, check=True)
        self.assertEqual(self.files(), wired)

    def test_each_file_is_asked_for(self):
        code, said = self.at_terminal(["n", "y", "n", "y", "q"], "--ci", "none")
        self.assertEqual(code, 0, said)
        self.assertEqual(set(self.files()), {"AGENTS.md", MCP})
        self.assertIn("Make AGENTS.md? y yes, n no, a all, q quit", said)
        self.assertLess(said.index("+## Processes pass three gates"), said.index("Make AGENTS.md?"))

    def test_all_takes_the_rest_and_quit_leaves_it(self):
        self.at_terminal(["n", "a"], "--ci", "none")
        self.assertEqual(set(self.files()), {"AGENTS.md", SETTINGS, MCP, SKILL})
        self.at_terminal(["q"], "--undo")
        self.assertEqual(set(self.files()), {"AGENTS.md", SETTINGS, MCP, SKILL})

    def test_the_end_of_input_changes_nothing(self):
        self.at_terminal(["\x04"], "--ci", "none")
        self.assertEqual(self.files(), {})

    def test_an_unknown_ci_is_asked_for(self):
        code, said = self.at_terminal(["l", "a"])
        self.assertEqual(code, 0)
        self.assertIn("Which CI", said)
        self.assertIn(".gitlab-ci.yml", self.files())


class Json(Case):
    def put_and_take(self, name, text, *words):
        self.write(name, text)
        wired = self.wire_and_undo("--agents", "claude", *words)[name].decode("utf-8-sig")
        return wired, json.loads(wired)

    def test_other_hooks_stay_where_they_are(self):
        text = """{
    "permissions": {"allow": ["Bash(mix test:*)"]},
    "hooks": {
        "PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "./guard.sh"}]}],
        "PostToolUse": [
            {"matcher": "Write", "hooks": [{"type": "command", "command": "mix format"}]}
        ]
    },
    "model":   "opus"
}
"""
        wired, read = self.put_and_take(SETTINGS, text)
        self.assertEqual([entry["matcher"] for entry in read["hooks"]["PostToolUse"]], ["Write", "Edit|MultiEdit|Write"])
        self.assertEqual(list(read), ["permissions", "hooks", "model"])
        lines = wired.splitlines()
        for line in text.splitlines():
            self.assertTrue(line in lines or line + "," in lines, line)

    def test_every_layout_is_kept_to_the_byte(self):
        for text in ("{}", "{}\n", "{\n}\n", "{ }", '{"a":1}', '{"a": [1, 2]}\n', '{\n\t"a": 1\n}\n', '{\r\n  "a": 1\r\n}\r\n',
                     '\ufeff{\n  "a": 1\n}\n', '{"hooks": {}}', '{"hooks":{"PostToolUse":[]}}', '{\n  "hooks": {\n    "Stop": []\n  }\n}\n',
                     '{"a": "\\"}{[", "hooks": {"Stop": [{"hooks": []}]}}', '{"hooks": {"PostToolUse": [1], "Stop": [2]}, "z": {}}'):
            with self.subTest(text):
                _, read = self.put_and_take(SETTINGS, text)
                self.assertIn("beamwright hook", json.dumps(read["hooks"]["PostToolUse"]))
                self.assertIn("beamwright hook", json.dumps(read["hooks"]["Stop"]))

    def test_other_servers_stay(self):
        for text in ('{"mcpServers": {"db": {"command": "db"}}}', '{"mcpServers": {}}', '{\n  "mcpServers": {\n    "db": {"command": "db"}\n  }\n}',
                     '{"x": null}'):
            with self.subTest(text):
                _, read = self.put_and_take(MCP, text)
                self.assertEqual(read["mcpServers"]["beamwright"], {"command": "beamwright", "args": ["mcp"]})

    def test_line_ends_and_indentation_are_the_files_own(self):
        wired, _ = self.put_and_take(SETTINGS, '{\r\n\t"a": 1\r\n}\r\n')
        self.assertNotIn("\n", wired.replace("\r\n", ""))
        self.assertIn('\r\n\t"hooks": {\r\n\t\t"PostToolUse": [', wired)

    def test_a_hook_that_its_owner_wrote_is_enough(self):
        hook = '{"hooks": [{"type": "command", "command": "/opt/bin/beamwright hook --since main"}]}'
        text = '{"hooks": {"PostToolUse": [' + hook + '], "Stop": [' + hook + "]}}"
        self.write(SETTINGS, text)
        self.init("--yes")
        self.assertEqual(self.read(SETTINGS), text)

    def test_comments_stay_where_the_host_reads_them(self):
        text = '{\n  // ours, "servers"\n  "servers": {\n    "db": { "command": "db" } /* } */\n  }\n}\n'
        self.write(".vscode/mcp.json", text)
        wired = self.wire_and_undo("--agents", "vscode")[".vscode/mcp.json"].decode()
        self.assertIn('// ours, "servers"', wired)
        self.assertIn('"beamwright": {', wired)


class Markdown(Case):
    def test_the_users_text_stays(self):
        for text in ("", "\n", "# Ours", "# Ours\n", "# Ours\n\n", "# Ours\r\n\r\nMore\r\n", "a\n\n\n\n"):
            with self.subTest(text):
                self.write("AGENTS.md", text)
                wired = self.wire_and_undo()["AGENTS.md"].decode()
                self.assertTrue(wired.startswith(text))
                self.assertEqual(wired.count("<!-- beamwright:begin -->"), 1)
                if "\r\n" in text:
                    self.assertNotIn("\n", wired.replace("\r\n", ""))

    def test_text_behind_the_section_stays(self):
        self.write("AGENTS.md", "# Ours\n")
        self.init("--yes")
        self.write("AGENTS.md", self.read("AGENTS.md") + "\n## Later\n")
        self.assertIn("nothing to do", self.init("--yes"))
        self.init("--undo", "--yes")
        self.assertEqual(self.read("AGENTS.md"), "# Ours\n\n## Later\n")

    def test_a_link_to_another_file_of_the_project_stays_a_link(self):
        self.write("CLAUDE.md", "# Ours\n")
        (self.folder / "AGENTS.md").symlink_to("CLAUDE.md")
        self.init("--yes")
        self.assertTrue((self.folder / "AGENTS.md").is_symlink())
        self.assertIn("beamwright:begin", self.read("CLAUDE.md"))
        self.init("--undo", "--yes")
        self.assertEqual(self.read("CLAUDE.md"), "# Ours\n")


class GitLab(Case):
    def wired_main(self, text):
        self.write(".gitlab-ci.yml", text)
        wired = self.wire_and_undo()
        self.assertIn(".gitlab/beamwright.yml", wired)
        return wired[".gitlab-ci.yml"].decode()

    def test_without_an_include_one_comes_to_the_end(self):
        wired = self.wired_main("stages: [test]\n")
        self.assertIn("\n# beamwright:begin\ninclude:\n  - local: .gitlab/beamwright.yml # ", wired)

    def test_a_list_gets_one_more_element(self):
        for indent in ("", "  ", "    "):
            with self.subTest(indent):
                wired = self.wired_main(f"stages: [test]\n\ninclude:\n{indent}- local: a.yml\n{indent}- project: b\n\njob:\n  script: x\n")
                self.assertIn(f"include:\n{indent}# beamwright:begin\n{indent}- local: .gitlab/beamwright.yml # ", wired)
                self.assertEqual(wired.count("include:"), 1)

    def test_another_form_of_include_is_left_to_its_owner(self):
        for include in ("include: a.yml\n", "include: [a.yml]\n", "include:\n  local: a.yml\n", "include:\n"):
            with self.subTest(include):
                self.write(".gitlab-ci.yml", include)
                self.assertIn("add `- local: .gitlab/beamwright.yml` to it yourself", self.init("--yes"))
                self.assertEqual(self.read(".gitlab-ci.yml"), include)
                self.init("--undo", "--yes")

    def test_no_file_yet(self):
        self.wire_and_undo("--ci", "gitlab")


class GitHub(Case):
    def steps(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("PyYAML is not installed")
        self.init("--yes", "--ci", "github")
        workflow = yaml.safe_load(self.read(".github/workflows/beamwright.yml"))
        self.assertEqual(workflow["permissions"], {"contents": "read"})
        return {step.get("name"): step.get("run") for step in workflow["jobs"]["review"]["steps"]}

    def shell(self, script, **environment):
        # As GitHub's runners call it.
        where = ":".join(folder for folder in os.environ["PATH"].split(":") if not os.path.exists(os.path.join(folder, "beamwright")))
        words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        return subprocess.run(words, cwd=self.folder, capture_output=True, text=True, env={**os.environ, "PATH": where, **environment})

    def test_the_binary_is_taken_only_when_it_is_what_it_must_be(self):
        script = self.steps()["Get Beamwright"]
        files = {"RUNNER_TEMP": str(self.folder / "temp"), "GITHUB_PATH": str(self.folder / "path")}
        self.assertEqual(self.shell(script, URL="", SHA256="", **files).returncode, 2)
        address = {"URL": f"file://{BINARY}", "SHA256": hashlib.sha256(pathlib.Path(BINARY).read_bytes()).hexdigest()}
        if not shutil.which("curl"):
            self.skipTest("curl is not installed")
        done = self.shell(script, **files, **address)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.read("path"), f"{self.folder}/temp/beamwright\n")
        self.assertNotEqual(self.shell(script, **files, **{**address, "SHA256": "0" * 64}).returncode, 0)

    def test_the_review_fails_as_check_does_and_leaves_a_summary(self):
        script = self.steps()["Review"]
        (self.folder / "bin").mkdir()
        (self.folder / "bin/beamwright").symlink_to(BINARY)
        self.write("lib/a.ex", "defmodule A do\n  use Supervisor\n  def init(_), do: Supervisor.init([], strategy: :one_for_rest)\nend\n")
        done = self.shell(f'PATH="{self.folder}/bin:$PATH"\n{script}', GITHUB_STEP_SUMMARY=str(self.folder / "summary"))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("::error file=lib/a.ex", done.stdout)
        self.assertIn("BW102", self.read("summary"))


class Undo(Case):
    def test_what_was_changed_since_stays_and_is_named(self):
        self.write("AGENTS.md", "# Ours\n")
        self.init("--yes", "--ci", "github")
        for name, old, new in ((".beamwright.toml", '# fail-on = "high"', 'fail-on = "low"'), ("AGENTS.md", "three gates", "four gates"),
                               (SKILL, "Do this before", "Do this long before"), (MCP, '"mcp"', '"mcp", "--jobs", "1"'),
                               (".github/workflows/beamwright.yml", "push:", "push: {branches: [main]}")):
            self.assertIn(old, self.read(name))
            self.write(name, self.read(name).replace(old, new, 1))
        changed = self.files()
        self.assertNotIn("changed; `beamwright init --undo`", self.init("--yes"), "a second run leaves what its owner changed")
        self.assertEqual(self.files(), changed)
        said = self.init("--undo", "--yes")
        kept = self.files()
        self.assertEqual(set(changed) - set(kept), {SETTINGS})
        for name, content in kept.items():
            self.assertEqual(content, changed[name])
            self.assertIn(f"left {name}: ", said)

    def test_hooks_that_came_since_stay(self):
        self.init("--yes")
        settings = json.loads(self.read(SETTINGS))
        settings["hooks"]["PostToolUse"][0]["hooks"].append({"type": "command", "command": "mix format"})
        settings["hooks"]["SessionStart"] = [{"hooks": [{"type": "command", "command": "date"}]}]
        settings["model"] = "opus"
        self.write(SETTINGS, json.dumps(settings, indent=4))
        self.init("--undo", "--yes")
        self.assertEqual(json.loads(self.read(SETTINGS)), {
            "hooks": {"PostToolUse": [{"matcher": "Edit|MultiEdit|Write", "hooks": [{"type": "command", "command": "mix format"}]}],
                      "SessionStart": [{"hooks": [{"type": "command", "command": "date"}]}]},
            "model": "opus"})

    def test_a_reformatted_file_is_still_known(self):
        self.write(SETTINGS, '{"model": "opus"}')
        self.init("--yes")
        self.write(SETTINGS, json.dumps(json.loads(self.read(SETTINGS)), indent=7))
        self.init("--undo", "--yes")
        self.assertEqual(json.loads(self.read(SETTINGS)), {"model": "opus"})

    def test_other_line_ends_are_no_change(self):
        self.init("--yes")
        for name in self.files():
            self.write(name, self.read(name).replace("\n", "\r\n"))
        self.assertIn("nothing to do", self.init("--yes"))
        self.init("--undo", "--yes")
        self.assertEqual(self.files(), {})

    def test_nothing_of_ours_is_nothing_to_do(self):
        self.write(".beamwright.toml", 'fail-on = "low"\n')
        self.write("AGENTS.md", "# Ours\n")
        self.write(SKILL, "theirs\n")
        self.assertIn("nothing to do", self.init("--undo"))

    def test_settings_that_are_there_stay(self):
        self.write(".beamwright.toml", 'fail-on = "low"\n')
        self.wire_and_undo()

    def test_a_folder_with_something_else_in_it_stays(self):
        self.init("--yes")
        self.write(".claude/skills/other/SKILL.md", "x\n")
        self.init("--undo", "--yes")
        self.assertEqual(set(self.files()), {".claude/skills/other/SKILL.md"})


class Refusals(Case):
    def test_broken_json_is_refused_with_its_line_before_anything_is_written(self):
        for text, line in (('{\n  "a": 1,\n  "b" 2\n}\n', 3), ("", 1), ('{\n"a": 1,\n}\n', 3), ('{"a": 1}}', 1), ("[" * 3000 + "]" * 3000, 1)):
            with self.subTest(text[:40]):
                self.write(SETTINGS, text)
                before = self.files()
                said = self.init("--yes", code=2)
                self.assertIn(f"{SETTINGS}: line {line}", said)
                self.assertIn("nothing was changed", said)
                self.assertEqual(self.files(), before)
                self.assertIn(f"line {line}", self.init("--undo", "--yes", code=2))

    def test_json_of_another_shape_is_refused(self):
        for text in ("[]", "1", '{"hooks": []}', '{"hooks": {"PostToolUse": {}}}', '{"hooks": "x"}'):
            with self.subTest(text):
                self.write(SETTINGS, text)
                self.assertIn(SETTINGS, self.init("--yes", code=2))
                self.assertEqual(self.read(SETTINGS), text)

    def test_a_link_out_of_the_project_is_not_followed(self):
        with tempfile.TemporaryDirectory() as elsewhere:
            target = pathlib.Path(elsewhere) / "notes.md"
            target.write_text("mine\n")
            (self.folder / "AGENTS.md").symlink_to(target)
            self.assertIn("outside of the project", self.init("--yes", code=2))
            (self.folder / "AGENTS.md").unlink()
            (self.folder / ".claude").symlink_to(elsewhere)
            self.assertIn("outside of the project", self.init("--yes", code=2))
            self.assertEqual(target.read_text(), "mine\n")
            self.assertEqual(os.listdir(elsewhere), ["notes.md"])

    def test_a_folder_that_cannot_be_written(self):
        self.folder.chmod(0o555)
        self.addCleanup(self.folder.chmod, 0o755)
        binary = shutil.copy(BINARY, tempfile.mkdtemp(prefix="beamwright_init_"))
        self.addCleanup(shutil.rmtree, os.path.dirname(binary))
        os.chmod(os.path.dirname(binary), 0o755)
        # Root may write anywhere, so somebody else tries.
        somebody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run([binary, "init", str(self.folder), "--yes"], capture_output=True, text=True, stdin=subprocess.DEVNULL, **somebody)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertRegex(done.stderr, r"\.beamwright\.toml cannot be written: .*nothing was changed")
        self.assertEqual(self.files(), {})

    def test_a_file_in_the_place_of_a_folder(self):
        self.write(".claude", "x")
        self.assertIn("settings.json", self.init("--yes", code=2))
        self.assertEqual(self.read(".claude"), "x")

    def test_calls_that_make_no_sense(self):
        self.assertIn("is no folder", subprocess.run([BINARY, "init", str(self.folder / "no")], capture_output=True, text=True).stderr)
        self.init("--yes", "--dry-run", code=2)
        self.init("--ci", "jenkins", code=2)
        self.init("--agents", "nobody", code=2)


if __name__ == "__main__":
    names = [f"{__name__}.{name}" for name in sys.argv[2:]]
    unittest.main(argv=[sys.argv[0], *(name.split(".")[1] for name in names)], verbosity=1)
