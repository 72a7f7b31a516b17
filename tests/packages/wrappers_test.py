"""`mix beamwright` and `rebar3 beamwright` with the real mix and rebar3, without a network: which binary they run, that exit codes
come through, and that nothing runs that is not what it must be.

Usage: wrappers_test.py BEAMWRIGHT REPOSITORY mix|rebar3
REBAR3 in the environment names a rebar3 that is not on the PATH. Exits with 77 where mix or rebar3 is not installed.
"""
import functools
import hashlib
import http.server
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

BINARY = os.path.abspath(os.environ.get("BEAMWRIGHT") or sys.argv[1])
REPOSITORY = pathlib.Path(sys.argv[2]).resolve()
VERSION = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
PLATFORM = {"x86_64": "linux-x64", "aarch64": "linux-arm64"}.get(os.uname().machine, "none")
SHA256 = hashlib.sha256(pathlib.Path(BINARY).read_bytes()).hexdigest()


class Wrapper:
    """A project that uses a wrapper, and how the wrapper is called and set."""

    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "home"
        self.project = folder / "project"
        self.project.mkdir(parents=True)
        (self.project / "lib").mkdir()
        (self.project / "lib" / "p.ex").write_text("defmodule P do\nend\n")

    def run(self, *words, path=None, program=None):
        """Exit code and all that was printed."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("BEAMWRIGHT", "MIX_", "REBAR", "HEX_"))}
        environment |= {"HOME": str(self.home), "XDG_CACHE_HOME": str(self.home / "cache"), "LC_ALL": "C.UTF-8"}
        # No beamwright of the machine's own: it is where a test puts it.
        where = [folder for folder in environment["PATH"].split(":") if not os.path.exists(os.path.join(folder, "beamwright"))]
        environment["PATH"] = ":".join(([str(program)] if program else []) + where)
        if path:
            environment["BEAMWRIGHT_PATH"] = str(path)
        done = subprocess.run(self.command(words), cwd=self.project, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr


class Mix(Wrapper):
    def __init__(self, folder):
        super().__init__(folder)
        shutil.copytree(REPOSITORY / "integrations" / "mix", folder / "wrapper")
        (self.project / "mix.exs").write_text("""defmodule P.MixProject do
  use Mix.Project
  def project, do: [app: :p, version: "1.0.0", deps: [{:beamwright, path: "../wrapper", only: [:dev, :test], runtime: false}]]
end
""")

    def command(self, words):
        return ["mix", "beamwright", *words]

    def set(self, **settings):
        (self.project / "config").mkdir(exist_ok=True)
        rows = ", ".join(f"{key}: {self.term(value)}" for key, value in settings.items())
        (self.project / "config" / "config.exs").write_text(f"import Config\nconfig :beamwright, {rows}\n")

    @staticmethod
    def term(value):
        return "[" + ", ".join(f'"{each}"' for each in value) + "]" if isinstance(value, list) else f'"{value}"'


class Rebar3(Wrapper):
    def __init__(self, folder):
        super().__init__(folder)
        shutil.copytree(REPOSITORY / "integrations" / "rebar3", self.project / "_checkouts" / "rebar3_beamwright")
        (self.project / "src").mkdir()
        (self.project / "src" / "p.app.src").write_text('{application, p, [{vsn, "1"}, {applications, [kernel, stdlib]}]}.\n')
        self.set()

    def command(self, words):
        return [os.environ.get("REBAR3") or "rebar3", "beamwright", *(["--", *words] if words else [])]

    def set(self, **settings):
        rows = ", ".join(f"{{{key}, {Mix.term(value)}}}" for key, value in settings.items())
        (self.project / "rebar.config").write_text("{project_plugins, [rebar3_beamwright]}.\n{beamwright, [" + rows + "]}.\n")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Case(unittest.TestCase):
    wrapper_class = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="beamwright_wrapper_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        self.wrapper = self.wrapper_class(self.folder)

    def impostor(self, says=f"beamwright {VERSION}"):
        """A program that leaves a trace when it is asked for more than its version."""
        path = self.folder / "elsewhere" / "beamwright"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/sh\necho "$*" >> {self.folder}/ran\necho "{says}"\n')
        path.chmod(0o755)
        return path

    def ran(self):
        trace = self.folder / "ran"
        return trace.read_text().splitlines() if trace.exists() else []

    def served(self, content):
        """The address of a server on this machine that has the binary's name for this content."""
        folder = self.folder / "served"
        folder.mkdir(exist_ok=True)
        (folder / f"beamwright-{VERSION}-{PLATFORM}").write_bytes(content)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_address[1]}/"

    def test_exit_codes_and_words_come_through(self):
        code, said = self.wrapper.run(path=BINARY)
        self.assertEqual(code, 0, said)
        self.assertIn("SHIP", said)
        code, said = self.wrapper.run("check", str(REPOSITORY / "examples" / "shop"), path=BINARY)
        self.assertEqual(code, 1, said)
        self.wrapper.set(args=["check", "--format", "json"])
        code, said = self.wrapper.run(path=BINARY)
        self.assertEqual(code, 0, said)
        self.assertIn('"schema":', said, "the words of the settings")
        code, said = self.wrapper.run("check", "--format", "none-such", path=BINARY)
        self.assertEqual(code, 2, said)
        self.assertIn("none-such", said)

    def test_the_program_on_the_path_and_the_named_ones(self):
        program = self.folder / "bin"
        program.mkdir()
        (program / "beamwright").symlink_to(BINARY)
        code, said = self.wrapper.run("--version", program=program)
        self.assertEqual((code, f"beamwright {VERSION}" in said), (0, True), said)
        self.wrapper.set(path=self.folder / "none")
        code, said = self.wrapper.run("--version", program=program)
        self.assertEqual((code, "is no file" in said), (2, True), said)
        code, said = self.wrapper.run("--version", path=BINARY)
        self.assertEqual(code, 0, said)

    def test_another_version_is_not_run(self):
        code, said = self.wrapper.run(path=self.impostor("beamwright 0.0.9"))
        self.assertEqual(code, 2)
        self.assertIn(f"is version 0.0.9 and not {VERSION}: it was not run", said)
        self.assertEqual(self.ran(), ["--version"])
        self.wrapper.set(version="0.0.9")
        self.assertEqual(self.wrapper.run(path=self.impostor("beamwright 0.0.9"))[0], 0)
        code, said = self.wrapper.run(path=self.impostor("hello"))
        self.assertEqual((code, "is not beamwright" in said), (2, True), said)

    def test_other_bytes_are_not_run_at_all(self):
        self.wrapper.set(sha256=SHA256)
        code, said = self.wrapper.run(path=self.impostor())
        self.assertEqual(code, 2)
        self.assertIn(f"not {SHA256}: it was not run", said)
        self.assertEqual(self.ran(), [])
        self.assertEqual(self.wrapper.run(path=BINARY)[0], 0)

    def test_without_a_binary_it_says_what_to_do(self):
        code, said = self.wrapper.run()
        self.assertEqual(code, 2)
        for word in ("BEAMWRIGHT_PATH", "path", "base_url", VERSION):
            self.assertIn(word, said)

    @unittest.skipIf(PLATFORM == "none", "no binary is made for this machine")
    def test_a_download_is_kept_and_held_to_its_checksum(self):
        url = self.served(pathlib.Path(BINARY).read_bytes())
        self.wrapper.set(base_url=url)
        code, said = self.wrapper.run()
        self.assertEqual(code, 2)
        self.assertIn("pins no checksum", said)
        self.wrapper.set(base_url=url, sha256=SHA256)
        code, said = self.wrapper.run("--version")
        self.assertEqual(code, 0, said)
        kept = [path for path in (self.wrapper.home / "cache").rglob("*") if path.is_file()]
        self.assertEqual([path.read_bytes() for path in kept], [pathlib.Path(BINARY).read_bytes()])
        # What lies in the cache is looked at again, each time.
        kept[0].write_text("#!/bin/sh\ntouch ran\n")
        shutil.rmtree(self.folder / "served")
        code, said = self.wrapper.run("--version")
        self.assertEqual((code, "404" in said), (2, True), said)
        self.assertEqual(self.ran(), [])

    @unittest.skipIf(PLATFORM == "none", "no binary is made for this machine")
    def test_a_download_of_other_bytes_is_neither_kept_nor_run(self):
        self.wrapper.set(base_url=self.served(self.impostor().read_bytes()), sha256=SHA256)
        code, said = self.wrapper.run()
        self.assertEqual(code, 2)
        self.assertIn("neither kept nor run", said)
        self.assertEqual(self.ran(), [])
        self.assertEqual([path for path in (self.wrapper.home / "cache").rglob("*") if path.is_file()], [])

    @unittest.skipIf(PLATFORM == "none", "no binary is made for this machine")
    def test_the_checksum_of_the_package_is_enough(self):
        for checksums in self.folder.rglob("priv/checksums.txt"):
            checksums.write_text(f"{SHA256}  beamwright-{VERSION}-{PLATFORM}\n")
        self.wrapper.set(base_url=self.served(pathlib.Path(BINARY).read_bytes()))
        code, said = self.wrapper.run("--version", program=self.impostor("beamwright 0.0.9").parent)
        self.assertEqual(code, 0, said)
        self.assertIn(f"beamwright {VERSION}", said)


class Versions(unittest.TestCase):
    def test_every_package_has_the_programs_version(self):
        for name, text in (("mix/mix.exs", f'version: "{VERSION}"'), ("rebar3/src/rebar3_beamwright.app.src", f'{{vsn, "{VERSION}"}}'),
                           ("npm/package.json", f'"version": "{VERSION}"')):
            self.assertIn(text, (REPOSITORY / "integrations" / name).read_text(), name)


def main():
    task = sys.argv[3]
    program = "mix" if task == "mix" else os.environ.get("REBAR3") or "rebar3"
    if not shutil.which(program):
        print(f"skipped: {program} is not installed")
        sys.exit(77)
    Case.wrapper_class = Mix if task == "mix" else Rebar3
    unittest.main(argv=[sys.argv[0], "Case", "Versions"], verbosity=2)


if __name__ == "__main__":
    main()
