"""What runs Beamwright in pipelines: the action, the hook and the scripts, linted and run."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import yaml
except ImportError:  # Debian's package, for an interpreter that is not Debian's
    sys.path.append("/usr/lib/python3/dist-packages")
    import yaml

from formats_test import BINARY, REPOSITORY

SHOP = REPOSITORY / "examples" / "shop"
SHOP_RIGHT = REPOSITORY / "examples" / "shop_right"


def run(command, cwd, **environment):
    return subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, timeout=120, env={**os.environ, **environment})


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="beamwright_pipelines_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()

    def git(self, folder, *words):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "protocol.file.allow=always", *words], cwd=folder, check=True, capture_output=True)

    def repository(self, name, files):
        folder = self.folder / name
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        self.git(folder, "init", "-q", "-b", "main")
        self.git(folder, "add", ".")
        return folder


class Scripts(Case):
    def test_shellcheck_has_nothing_to_say(self):
        done = run(["shellcheck", REPOSITORY / "ci" / "beamwright", REPOSITORY / "ci" / "github"], self.folder)
        self.assertEqual(done.returncode, 0, done.stdout)
        jobs = {"gitlab.sh": "\n".join(yaml.safe_load((REPOSITORY / "templates" / "beamwright.yml").read_text().split("\n---\n")[1])["beamwright"]["script"]),
                "buildkite.sh": yaml.safe_load((REPOSITORY / "ci" / "examples" / "buildkite.yml").read_text())["steps"][0]["command"].replace("$$", "$")}
        for name, text in jobs.items():
            (self.folder / name).write_text("#!/bin/sh\nset -e\n" + text)
            done = run(["shellcheck", "-e", "SC2154", name], self.folder)
            self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_binary_is_taken_from_where_it_is_said_to_be(self):
        for options in ({"BEAMWRIGHT_BINARY": BINARY}, {"PATH": str(self.on_path()) + ":" + os.environ["PATH"]}):
            done = run([REPOSITORY / "ci" / "beamwright", "check", "--fail-on", "none", SHOP_RIGHT], self.folder, **options)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("SHIP", done.stdout)
        done = run([REPOSITORY / "ci" / "beamwright", "rules"], self.folder, BEAMWRIGHT_BINARY="/no/such")
        self.assertEqual((done.returncode, done.stdout), (2, ""))

    def on_path(self):
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        if not (folder / "beamwright").exists():
            (folder / "beamwright").symlink_to(BINARY)
        return folder

    def test_a_download_is_run_only_when_it_is_what_it_must_be(self):
        if not shutil.which("curl"):
            self.skipTest("curl is not installed")
        sum = hashlib.sha256(pathlib.Path(BINARY).read_bytes()).hexdigest()
        options = {"BEAMWRIGHT_URL": f"file://{BINARY}", "XDG_CACHE_HOME": str(self.folder)}
        for wrong in ("", "0" * 64):
            done = run([REPOSITORY / "ci" / "beamwright", "rules"], self.folder, BEAMWRIGHT_SHA256=wrong, **options)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("BEAMWRIGHT_SHA256", done.stderr)
        done = run([REPOSITORY / "ci" / "beamwright", "rules"], self.folder, BEAMWRIGHT_SHA256=sum, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([p.name for p in (self.folder / "beamwright").iterdir()], [sum])


class Document(Case):
    """docs/ci.md: its files are those of ci/examples, and its transcripts what the program says, in parts between lines of "…"."""

    TEXT = (REPOSITORY / "docs" / "ci.md").read_text()

    def test_its_files_are_the_files(self):
        blocks = re.findall(r"```yaml file=(\S+)\n(.*?)```\n", self.TEXT, re.S)
        self.assertEqual({name for name, _ in blocks}, {f"ci/examples/{path.name}" for path in (REPOSITORY / "ci" / "examples").iterdir()})
        for name, text in blocks:
            self.assertEqual(text, (REPOSITORY / name).read_text(), name)

    def test_its_transcripts_are_what_the_program_says(self):
        said = 0
        for block in re.findall(r"```console\n(.*?)```\n", self.TEXT, re.S):
            for command, text in re.findall(r"^\$ beamwright ([^\n]*)\n(.*?)(?=^\$ |\Z)", block, re.S | re.M):
                output = run([BINARY, *command.split()], REPOSITORY).stdout
                at = 0
                for part in filter(None, (part.strip("\n") for part in re.split(r"^…$", text, flags=re.M))):
                    found = output.find(part, at)
                    self.assertGreaterEqual(found, 0, f"docs/ci.md says this of `beamwright {command}`, and the program does not:\n{part}")
                    at = found + len(part)
                    said += 1
        self.assertGreater(said, 10)

    def test_every_format_is_in_its_table(self):
        shown = run([BINARY, "check", "--help"], REPOSITORY).stdout
        formats = set(re.search(r"--format [^{]*\{([a-z,\s]+)\}", shown)[1].replace("\n", "").replace(" ", "").split(","))
        named = set(re.findall(r"^\| `([a-z]+)` \|", self.TEXT, re.M))
        self.assertEqual(formats - named, {"text", "json", "html"} & formats)

    def test_words_for_people_are_refused(self):
        for form in re.findall(r"^\| `([a-z]+)` \|", self.TEXT, re.M):
            for option in ("--statistics", "--design"):
                self.assertEqual(run([BINARY, "check", "--format", form, option, SHOP], self.folder).returncode, 2, (form, option))


class Action(Case):
    def setUp(self):
        super().setUp()
        self.action = yaml.safe_load((REPOSITORY / "action.yml").read_text())

    def review(self, path, **inputs):
        """The step of the action, with its environment made as the runner makes it."""
        values = {name: str(row["default"]) for name, row in self.action["inputs"].items()}
        values.update({"path": str(path), "binary": BINARY}, **inputs)
        step = self.action["runs"]["steps"][0]
        environment = {name: values[text.removeprefix("${{ inputs.").removesuffix(" }}")] for name, text in step["env"].items()}
        files = {name: str(self.folder / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        done = run(["bash", "-c", step["run"]], self.folder, GITHUB_ACTION_PATH=str(REPOSITORY), **environment, **files)
        outputs = dict(line.split("=", 1) for line in (self.folder / "GITHUB_OUTPUT").read_text().splitlines()) if done.returncode < 2 else {}
        return done, outputs

    def test_it_is_a_composite_action_with_described_inputs(self):
        self.assertEqual(self.action["runs"]["using"], "composite")
        for row in [*self.action["inputs"].values(), *self.action["outputs"].values()]:
            self.assertTrue(row["description"])
        for output in self.action["outputs"].values():
            self.assertRegex(output["value"], r"^\$\{\{ steps\.review\.outputs\.(verdict|sarif) \}\}$")
        # No input gets into the text of a script.
        self.assertNotIn("${{", self.action["runs"]["steps"][0]["run"])

    def test_the_example_gives_it_inputs_that_it_has(self):
        workflow = yaml.safe_load((REPOSITORY / "ci" / "examples" / "github.yml").read_text())
        steps = [s for s in workflow["jobs"]["review"]["steps"] if s.get("id") == "beamwright"]
        self.assertEqual(len(steps), 1)
        self.assertLessEqual(set(steps[0]["with"]), set(self.action["inputs"]))

    def test_it_annotates_summarises_and_fails(self):
        done, outputs = self.review(SHOP)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(outputs, {"sarif": "beamwright.sarif", "verdict": "NEEDS-REDESIGN"})
        self.assertIn("::error file=", done.stdout)
        self.assertEqual(json.loads((self.folder / "beamwright.sarif").read_text())["version"], "2.1.0")
        self.assertIn("## Beamwright: NEEDS-REDESIGN", (self.folder / "GITHUB_STEP_SUMMARY").read_text())

    def test_it_passes_and_takes_arguments(self):
        done, outputs = self.review(SHOP_RIGHT, arguments="--include-tests --jobs 1", sarif="other.sarif")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(outputs, {"sarif": "other.sarif", "verdict": "SHIP"})

    def test_a_fault_is_no_answer(self):
        self.assertEqual(self.review(self.folder / "nothing")[0].returncode, 2)


class Component(Case):
    """The job of the GitLab component, with its inputs put in; gitlab-ci-local runs it as a whole among the validators."""

    def job(self, **inputs):
        header, body = (REPOSITORY / "templates" / "beamwright.yml").read_text().split("\n---\n")
        values = {name: row.get("default") for name, row in yaml.safe_load(header)["spec"]["inputs"].items()}
        self.assertLessEqual(set(inputs), set(values))
        values.update(inputs)
        job = yaml.safe_load(re.sub(r"\$\[\[ inputs\.([a-z0-9-]+) \]\]", lambda m: json.dumps(values[m[1]]), body))["beamwright"]
        # Runners stop at the first command that fails; images need no bash.
        return run(["sh", "-e", "-c", "\n".join(job["script"])], self.folder, **{name: str(value) for name, value in job["variables"].items()})

    def test_it_takes_a_binary_and_makes_both_reports(self):
        done = self.job(path=str(SHOP_RIGHT), binary=BINARY, arguments="--jobs 1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("SHIP", done.stdout)
        self.assertEqual(type(json.loads((self.folder / "gl-code-quality-report.json").read_text())), list)
        self.assertIn("<testsuites", (self.folder / "beamwright-junit.xml").read_text())
        self.assertEqual(self.job(path=str(SHOP), binary=BINARY).returncode, 1)
        self.assertEqual(self.job(path=str(SHOP), binary=BINARY, **{"fail-on": "none"}).returncode, 0)
        self.assertNotIn(self.job(path=str(self.folder / "nothing"), binary=BINARY).returncode, (0,))

    def test_it_runs_no_download_but_the_one_that_is_meant(self):
        if not shutil.which("curl"):
            self.skipTest("curl is not installed")
        address = {"path": str(SHOP_RIGHT), "url": f"file://{BINARY}"}
        self.assertNotEqual(self.job(sha256="0" * 64, **address).returncode, 0)
        self.assertFalse((self.folder / "beamwright-junit.xml").exists())
        sum = hashlib.sha256(pathlib.Path(BINARY).read_bytes()).hexdigest()
        self.assertEqual(self.job(sha256=sum, **address).returncode, 0)


    def test_it_builds_from_sources_by_their_own_script(self):
        sources = self.repository("sources", {"run": f"#!/bin/sh\nexec {BINARY} \"$@\"\n".encode()})
        (sources / "run").chmod(0o755)
        self.git(sources, "commit", "-q", "-a", "-m", "sources")
        done = self.job(path=str(SHOP_RIGHT), source=str(sources))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("SHIP", done.stdout)


class PreCommit(Case):
    def test_the_manifest_is_valid(self):
        done = run(["pre-commit", "validate-manifest", REPOSITORY / ".pre-commit-hooks.yaml"], self.folder)
        self.assertEqual(done.returncode, 0, done.stdout)
        done = run(["pre-commit", "validate-config", REPOSITORY / "ci" / "examples" / "pre-commit.yaml"], self.folder)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_hook_stops_what_a_commit_brings(self):
        hooks = self.repository("beamwright", {".pre-commit-hooks.yaml": (REPOSITORY / ".pre-commit-hooks.yaml").read_bytes(),
                                               "ci/beamwright": (REPOSITORY / "ci" / "beamwright").read_bytes()})
        (hooks / "ci" / "beamwright").chmod(0o755)
        self.git(hooks, "add", ".")
        self.git(hooks, "commit", "-q", "-m", "hooks")
        wrong = (SHOP / "apps" / "shop_core" / "lib" / "shop" / "reports" / "supervisor.ex").read_bytes()
        project = self.repository("project", {".pre-commit-config.yaml": (REPOSITORY / "ci" / "examples" / "pre-commit.yaml").read_bytes(),
                                              "lib/a.ex": wrong.replace(b":one_for_rest", b":rest_for_one")})
        self.git(project, "commit", "-q", "-m", "right")
        options = {"PRE_COMMIT_HOME": str(self.folder / "cache"), "BEAMWRIGHT_BINARY": BINARY}
        (project / "lib" / "b.ex").write_text("defmodule B do\nend\n")
        self.git(project, "add", ".")
        done = run(["pre-commit", "run"], project, **options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Passed", done.stdout)
        (project / "lib" / "a.ex").write_bytes(wrong)
        self.git(project, "add", ".")
        done = run(["pre-commit", "run"], project, **options)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("BW102", done.stdout)


class Buildkite(Case):
    def test_the_pipeline_of_the_example_runs(self):
        step = yaml.safe_load((REPOSITORY / "ci" / "examples" / "buildkite.yml").read_text())["steps"][0]
        tools = self.folder / "bin"
        tools.mkdir()
        (tools / "beamwright").symlink_to(BINARY)
        (tools / "buildkite-agent").write_text("#!/bin/sh\ncat > annotation.md\n")
        (tools / "buildkite-agent").chmod(0o755)
        shutil.copytree(SHOP, self.folder / "shop")
        # The server puts variables in before the agent sees the command: $$ is a dollar sign.
        done = run(["bash", "-e", "-c", step["command"].replace("$$", "$")], self.folder / "shop", PATH=f"{tools}:{os.environ['PATH']}")
        self.assertEqual(done.returncode, 1, done.stderr)
        for name in step["artifact_paths"]:
            self.assertTrue((self.folder / "shop" / name).stat().st_size > 0)
        self.assertIn("## Beamwright: NEEDS-REDESIGN", (self.folder / "shop" / "annotation.md").read_text())
