"""./run latency: what it says when it is asked for nothing it can do, and that it measures what it can.

Usage: latency_test.py BEAMWRIGHT REPOSITORY
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

BINARY, REPOSITORY = os.path.abspath(os.environ.get("BEAMWRIGHT") or sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
SCRIPT = [sys.executable, REPOSITORY / "tests" / "lsp" / "latency.py"]


class Latency(unittest.TestCase):
    def said(self, arguments, code):
        done = subprocess.run(arguments, capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        return done.stdout + done.stderr

    def test_a_project_must_be_named_and_be_a_folder(self):
        self.assertIn("asks for a project", self.said([REPOSITORY / "run", "latency"], 2))
        self.assertIn("/nowhere is no folder", self.said([REPOSITORY / "run", "latency", "/nowhere"], 2))

    def test_a_project_must_hold_sources(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertIn("no Elixir or Erlang sources", self.said([*SCRIPT, folder, BINARY], 2))

    def test_a_binary_must_serve(self):
        shop = REPOSITORY / "examples" / "shop"
        self.assertIn("is no program", self.said([*SCRIPT, shop, "/nowhere"], 2))
        self.assertIn("the server ended", self.said([*SCRIPT, shop, "/bin/true"], 2))

    def test_edits_are_measured(self):
        self.assertIn("2 edits answered in", self.said([*SCRIPT, REPOSITORY / "examples" / "shop", BINARY, "--edits", "2"], 0))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
