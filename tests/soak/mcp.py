"""A coding agent that reviews, judges, asks for the design, cancels and sends rubbish at random while its project changes."""
from peer import Fault, Peer

META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}
MALFORMED = (b"\x00\xff\xfe garbage", b"{", b"[]", b"null", b"[" * 20000, b'{"a":' * 20000, b'{"jsonrpc":"2.0","id":{},"method":"ping"}', b"Content-Length: 7\r\n\r",
             b'{"jsonrpc":"2.0","id":"w","method":"tools/call","params":{"name":7}}', b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}',
             b'{"jsonrpc":"2.0","id":"v","method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"1900-01-01"}}}')
PLACES = ("Shop.Cart", "http", "ets:shop_stock", "Shop", "shop_stock", "nobody", "database", "é😀", "")
RULES = ("BW401", "BW101", "blocking-call-handler", "none", "")


class Agent:
    def __init__(self, binary, tree, chance):
        self.binary, self.tree, self.chance, self.name = binary, tree, chance, "mcp"
        self.asked = []
        self.peer = Peer([binary, "mcp", "--root", str(tree.root.parent)], "lines", cwd=tree.root.parent)
        self.actions = (self.call,) * 10 + (self.cancel,) * 4 + (self.edit,) * 6 + (self.delete, self.settle, self.malform, self.malform, self.set_options, self.move_all, self.list)

    def act(self):
        self.chance.choice(self.actions)()
        while len(self.asked) > 4:
            self.take_answer(self.asked.pop(0))

    def take_answer(self, number):
        answer = self.peer.wait(number)
        if "error" in answer:
            raise Fault(f"an error for an answer: {answer}")

    def start(self, method, params):
        return self.peer.start(method, {**params, "_meta": META})

    def text(self, name):
        text = self.tree.original[name]
        for _ in range(self.chance.randrange(4)):
            begin, end, replacement = self.tree.edit(name, text)
            text = text[:begin] + replacement + text[end:]
        return text

    # ---- What an agent does

    def call(self):
        name = self.chance.choice(self.tree.names)
        tool, arguments = self.chance.choice((
            ("review_project", {"path": "shop", "evidence": self.chance.random() < 0.5}),
            ("review_project", {"path": self.chance.choice(("shop/apps", "shop/" + name, "/", "..", "nowhere"))}),
            ("review_change", {"path": "shop"}),
            ("judge_snippet", {"text": self.text(name)}),
            ("judge_snippet", {"text": self.text(name), "file": name, "path": "shop"}),
            ("explain_rule", {"rule": self.chance.choice(RULES)}),
            ("list_rules", {}),
            ("show_design", {"path": "shop", "about": self.chance.choice(PLACES)}),
            ("why", {"path": "shop", "from": self.chance.choice(PLACES), "to": self.chance.choice(PLACES)}),
        ))
        self.asked.append(self.start("tools/call", {"name": tool, "arguments": arguments}))

    def list(self):
        self.asked.append(self.start("tools/list", {}))

    def cancel(self):
        self.call()
        number = self.asked.pop()
        self.peer.tell("notifications/cancelled", {"requestId": number})
        self.peer.forget(number)

    def edit(self):
        name = self.chance.choice(self.tree.names)
        self.tree.write(name, self.text(name))

    def delete(self):
        self.tree.remove(self.chance.choice(self.tree.names))

    def settle(self):
        self.tree.settle()

    def set_options(self):
        self.tree.set_options()

    def move_all(self):
        self.tree.take_away()
        self.call()
        self.tree.bring_back()

    def malform(self):
        self.peer.send(self.chance.choice(MALFORMED) + b"\n")

    # ---- What must be true

    def compare(self):
        """The server must say of the files what a fresh check does."""
        while self.asked:
            self.take_answer(self.asked.pop(0))
        self.tree.settle()
        report = self.tree.check(self.binary)
        wanted = sorted(f["fingerprint"] for f in report["findings"])
        found, left = [], 1
        while left > 0:
            arguments = {"path": "shop", "severity": "low", "limit": 100, "offset": len(found)}
            answer = self.peer.wait(self.start("tools/call", {"name": "review_project", "arguments": arguments}))["result"]
            if answer["isError"]:
                raise Fault(f"no review: {answer}")
            page = answer["structuredContent"]["findings"]
            found += [f["fingerprint"] for f in page]
            left = len(page)
        wanted = sorted(f["fingerprint"] for f in report["findings"] if f["severity"] != "info")
        if sorted(found) != wanted:
            raise Fault(f"not what a fresh check finds: {set(wanted) - set(found)} are missing, {set(found) - set(wanted)} are too many")

    def end(self):
        self.peer.end()
