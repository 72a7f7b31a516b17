"""An editor that types, saves, deletes, moves away, asks, cancels and sends rubbish at random, for as long as it is let."""
import json
import time

from peer import Fault, Peer
from tree import changed

MALFORMED = (b"\x00\xff\xfe garbage\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n\r\n\r\n", b"{}\n" * 20, b"Content-Length: abc\r\n\r\n", b"Content-Length: -1\r\n\r\n",
             b"Content-Length: 99999999999999999999\r\n\r\n", b"Content-Length: 10\r\n\r\n" + b'{"jsonrpc":"2.0","id":9,"method":"shutdown"}')
BODIES = (b"", b"{", b'"\xff"', b"[]", b"7", b"[" * 20000, b'{"jsonrpc":"1.0","id":1,"method":"shutdown"}', b'{"jsonrpc":"2.0","id":{},"method":"shutdown"}',
          b'{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///x","version":"y"},"contentChanges":{"text":"\\ud800"}}}',
          b'{"jsonrpc":"2.0","method":"textDocument/didOpen","params":[1]}', b'{"jsonrpc":"2.0","id":"q","method":"textDocument/hover","params":{"position":{"line":-1}}}')
PUSHES = {"textDocument": {"publishDiagnostics": {"relatedInformation": True, "versionSupport": True}}}
PULLS = {"workspace": {"diagnostics": {"refreshSupport": True}, "codeLens": {"refreshSupport": True}, "workspaceEdit": {"documentChanges": True}},
         "textDocument": {**PUSHES["textDocument"], "diagnostic": {}, "hover": {"contentFormat": ["markdown"]}, "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}}}
ASKED = ("textDocument/diagnostic", "textDocument/hover", "textDocument/codeAction", "textDocument/codeLens", "workspace/diagnostic")


class Editor:
    def __init__(self, binary, tree, chance, pulls):
        self.binary, self.tree, self.chance, self.pulls = binary, tree, chance, pulls
        self.name = "lsp, pulled" if pulls else "lsp, pushed"
        self.texts, self.version, self.published, self.asked = {}, 0, {}, []
        self.encoding = chance.choice(("utf-8", "utf-16", "utf-32"))
        self.peer = Peer([binary, "lsp"], "headers", self.heard)
        capabilities = {**(PULLS if pulls else PUSHES), "general": {"positionEncodings": [self.encoding]}}
        self.peer.ask("initialize", {"processId": None, "rootUri": tree.uri(), "capabilities": capabilities})
        self.peer.tell("initialized", {})
        self.actions = (self.type,) * 12 + (self.ask,) * 8 + (self.cancel,) * 3 + (self.open,) * 2 + (self.close, self.save, self.save, self.delete, self.restore, self.malform, self.malform,
                                                                                                      self.set_options, self.move_all, self.add_folder)

    def heard(self, message):
        if message["method"] == "textDocument/publishDiagnostics":
            self.published[message["params"]["uri"]] = message["params"]["diagnostics"]

    def act(self):
        self.chance.choice(self.actions)()
        while len(self.asked) > 30:
            self.take_answer(self.asked.pop(0))

    def take_answer(self, number):
        answer = self.peer.wait(number)
        # Cancelled, or a place that is no longer there: an answer all the same.
        if "error" in answer and answer["error"]["code"] not in (-32800, -32802, -32602, -32601):
            raise Fault(f"an error for an answer: {answer}")

    # ---- What an editor does

    def open(self):
        name = self.chance.choice(self.tree.names)
        if name not in self.texts:
            self.texts[name] = self.tree.original[name]
            self.peer.tell("textDocument/didOpen", {"textDocument": {"uri": self.tree.uri(name), "languageId": "x", "version": self.next_version(), "text": self.texts[name]}})

    def any_open(self):
        if not self.texts:
            self.open()
        return self.chance.choice(list(self.texts))

    def next_version(self):
        self.version += 1
        return self.version

    def place(self, text, offset):
        line = text.rfind("\n", 0, offset) + 1
        before = text[line:offset]
        width = {"utf-8": len(before.encode()), "utf-16": len(before.encode("utf-16-le")) // 2, "utf-32": len(before)}
        return {"line": text.count("\n", 0, offset), "character": width[self.encoding]}

    def type(self):
        name = self.any_open()
        edit = self.tree.edit(name, self.texts[name])
        before, self.texts[name] = self.texts[name], changed(self.texts[name], edit)
        change = {"text": self.texts[name]}
        if self.chance.random() < 0.8:
            change = {"range": {"start": self.place(before, edit[0]), "end": self.place(before, edit[1])}, "text": edit[2]}
        self.peer.tell("textDocument/didChange", {"textDocument": {"uri": self.tree.uri(name), "version": self.next_version()}, "contentChanges": [change]})

    def close(self):
        name = self.any_open()
        del self.texts[name]
        self.peer.tell("textDocument/didClose", {"textDocument": {"uri": self.tree.uri(name)}})

    def save(self):
        name = self.any_open()
        self.tree.write(name, self.texts[name])
        self.peer.tell("textDocument/didSave", {"textDocument": {"uri": self.tree.uri(name)}})

    def watched(self, name, kind):
        self.peer.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": self.tree.uri(name), "type": kind}]})

    def delete(self):
        name = self.chance.choice(self.tree.names)
        self.tree.remove(name)
        self.watched(name, 3)

    def restore(self):
        for name in self.tree.names:
            if not self.tree.path(name).exists():
                self.tree.write(name, self.tree.original[name])
                self.watched(name, 1)

    def set_options(self):
        self.tree.set_options()
        self.watched(".beamwright.toml", 2)

    def move_all(self):
        self.tree.take_away()
        self.watched("mix.exs", 3)
        self.ask()
        self.tree.bring_back()
        self.watched("mix.exs", 1)

    def add_folder(self):
        folder = {"uri": self.tree.uri("apps"), "name": "x"}
        for event in ({"added": [folder], "removed": []}, {"added": [], "removed": [folder]}):
            self.peer.tell("workspace/didChangeWorkspaceFolders", {"event": event})
            self.ask()

    def ask(self):
        method = self.chance.choice(ASKED)
        text = {"textDocument": {"uri": self.tree.uri(self.chance.choice(self.tree.names))}}
        place = {"line": self.chance.randrange(200), "character": self.chance.randrange(40)}
        params = {"textDocument/hover": {**text, "position": place}, "workspace/diagnostic": {"previousResultIds": []},
                  "textDocument/codeAction": {**text, "range": {"start": place, "end": {"line": place["line"] + 5, "character": 0}}, "context": {"diagnostics": []}}}.get(method, text)
        self.asked.append(self.peer.start(method, params))

    def cancel(self):
        self.ask()
        number = self.asked[-1] if self.chance.random() < 0.7 else self.chance.choice(self.asked)
        self.peer.tell("$/cancelRequest", {"id": number})

    def malform(self):
        if self.chance.random() < 0.5:
            self.peer.send(self.chance.choice(MALFORMED))
        else:
            self.peer.send(self.peer.frame(self.chance.choice(BODIES)))

    # ---- What must be true

    def compare(self):
        """Everything that is open is saved and everything that is gone comes back; then the server must say what a fresh check does."""
        while self.asked:
            self.take_answer(self.asked.pop(0))
        self.tree.settle()
        for name, text in self.texts.items():
            self.tree.write(name, text)
        self.peer.tell("workspace/didChangeConfiguration", {})
        report = self.tree.check(self.binary)
        wanted = sorted([f["file"], f["line"], f["rule"], f["message"]] for f in report["findings"])
        wanted += sorted([d["file"], d["line"], d["kind"], d["message"]] for d in report["diagnostics"])
        limit = time.monotonic() + 120
        while sorted(found := self.found()) != sorted(wanted):
            if self.pulls or time.monotonic() > limit:
                lost, strange = [row for row in wanted if row not in found], [row for row in found if row not in wanted]
                raise Fault(f"not what a fresh check finds: {json.dumps(lost)} are missing, {json.dumps(strange)} are too many")
            time.sleep(0.2)

    def found(self):
        if self.pulls:
            items = self.peer.ask("workspace/diagnostic", {"previousResultIds": []})["result"]["items"]
            published = {item["uri"]: item["items"] for item in items}
        else:
            published = dict(self.published)
        start = len(self.tree.uri()) + 1
        return [[uri[start:], d["range"]["start"]["line"] + 1, d["code"], d["message"]] for uri, all_of_it in published.items() for d in all_of_it]

    def end(self):
        self.peer.ask("shutdown", None)
        self.peer.tell("exit", None)
        self.peer.end()
