"""A project that is edited at random: a copy of the example, with the texts it began with."""
import json
import os
import pathlib
import re
import shutil
import subprocess

PIECES = ("end\n", "do\n", "(", ")", "{", "}", '"', "%", "->", ".\n", "\n", "é😀", "# a comment\n", "def f(x), do: Shop.go(x)\n", "send(self(), :tick)\n",
          "GenServer.call(__MODULE__, {:get, 1})\n", "receive do x -> x end\n", "f(X) -> gen_server:call(X, get).\n", "-include(\"none.hrl\").\n", "<<", "~s(", "'")
SETTINGS = ('ignore = ["BW401"]\n', 'fail-on = "low"\n', "exclude = [\"**/prices/**\"]\n", "nonsense =\n", "")
SUFFIXES = (".ex", ".exs", ".erl", ".hrl")


class Tree:
    def __init__(self, example, folder, chance):
        self.chance = chance
        self.root = pathlib.Path(os.path.realpath(folder)) / "shop"
        self._away = self.root.with_name("away")
        shutil.copytree(example, self.root)
        self.names = sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.suffix in SUFFIXES)
        self.original = {name: (self.root / name).read_text() for name in self.names}

    def path(self, name):
        return self.root / name

    def uri(self, name=""):
        return self.path(name).as_uri()

    def write(self, name, text):
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text)

    def remove(self, name):
        self.path(name).unlink(missing_ok=True)

    def take_away(self):
        if self.root.exists():
            self.root.rename(self._away)

    def bring_back(self):
        if not self._away.exists():
            return
        if self.root.exists():  # something was saved in between
            shutil.copytree(self.root, self._away, dirs_exist_ok=True)
            shutil.rmtree(self.root)
        self._away.rename(self.root)

    def set_options(self):
        self.write(".beamwright.toml", self.chance.choice(SETTINGS))

    def settle(self):
        """All files are there again, and no settings."""
        self.bring_back()
        self.remove(".beamwright.toml")
        for name, text in self.original.items():
            if not self.path(name).exists():
                self.write(name, text)

    def edit(self, name, text):
        """(begin, end, replacement): a random edit of a text, in code points; often one that breaks it, at times one that mends all."""
        kind = self.chance.randrange(7)
        at = self.chance.randrange(len(text) + 1)
        if kind == 0 or len(text) < 40 or len(text) > 3 * len(self.original[name]) + 2000:
            return 0, len(text), self.original[name]
        if kind == 1:
            return at, min(len(text), at + self.chance.randrange(200)), ""
        if kind == 2:
            begin = text.rfind("\n", 0, at) + 1
            end = min(len(text), begin + self.chance.randrange(400))
            return begin, begin, text[begin:end]
        if kind == 3:
            word = self.chance.choice(re.findall(r"\w+", text) or ["x"])
            found = re.compile(r"\w+").search(text, at)
            return (*found.span(), word) if found else (at, at, word)
        return at, at, self.chance.choice(PIECES)

    def check(self, binary):
        """What a fresh check says of the files as they are: its report."""
        done = subprocess.run([binary, "check", "--format", "json", str(self.root)], capture_output=True)
        if done.returncode not in (0, 1) or done.stderr:
            raise AssertionError(f"check ended with {done.returncode}: {done.stderr.decode()}")
        return json.loads(done.stdout)


def changed(text, edit):
    begin, end, replacement = edit
    return text[:begin] + replacement + text[end:]
