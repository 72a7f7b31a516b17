"""Compares the supervision forest read from sources with the trees of systems that run from the same version of them.

Usage: forest.py BEAMWRIGHT WORK CORPUS [SYSTEM…]. WORK is a folder for unpacked packages and the nodes' data; CORPUS holds the
Debian sources of rabbitmq-server and ejabberd; systems are otp, rabbitmq, ejabberd, shop and shop_right, all unless named. Every node
runs by itself, on ports of its own, as the user who asks.

A child counts when the supervisor that holds it started it by itself (its child list), and is right when the forest has it under the
same supervisor, by its id or its start function, with the same restart type and, for a supervisor, the same strategy. What
start_child added later is reported beside it. Exits 1 when fewer than 95 % of a system's children are right.
"""

import glob
import json
import os
import re
import shutil
import socket
import subprocess
import sys

TARGET = 0.95
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(command, environment=None, folder=None, seconds=180):
    try:
        done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=seconds)
        return done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as expired:
        return (expired.stdout or b"").decode(errors="replace") + "\n(did not end in time)\n"


class Systems:
    """Starts each system, lets forest_walk read its trees, and says where its sources are."""

    def __init__(self, work, corpus):
        self.work, self.corpus = work, corpus
        self.beams = os.path.join(work, "beams")
        os.makedirs(self.beams, exist_ok=True)
        subprocess.run(["erlc", "-o", self.beams, os.path.join(HERE, "forest_walk.erl")], check=True)

    def fresh(self, name):
        folder = os.path.join(self.work, "data", name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        return folder, os.path.join(folder, "trees.json")

    def environment(self, folder, **more):
        return dict(os.environ, HOME=folder, LANG="C.UTF-8", **more)

    def packages(self, name, packages):
        """Unpacks Debian packages below the work folder; installs nothing."""
        folder = os.path.join(self.work, name)
        if not os.path.isdir(folder):
            debs = os.path.join(self.work, "debs")
            os.makedirs(debs, exist_ok=True)
            for package in packages:
                if not glob.glob(os.path.join(debs, package + "_*.deb")):
                    subprocess.run(["apt-get", "download", "-q", package], cwd=debs, check=True, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
                subprocess.run(["dpkg", "-x", glob.glob(os.path.join(debs, package + "_*.deb"))[0], folder], check=True)
        return folder

    def source(self, package):
        found = sorted(glob.glob(os.path.join(self.corpus, package + "-*/")))
        if not found:
            sys.exit(f"forest.py: no source of {package} below {self.corpus}")
        return found[-1]

    def otp(self):
        folder, out = self.fresh("otp")
        log = run(["erl", "-noinput", "-boot", "start_sasl", "-sname", f"truth_otp_{os.getpid()}", "-pa", self.beams, "-kernel", "logger_level",
                   "emergency", "-run", "forest_walk", "main", out, "ssl", "inets"], self.environment(folder), folder)
        return out, run(["erl", "-noinput", "-eval", "io:put_chars(code:lib_dir()), halt()."]).strip(), log

    def rabbitmq(self):
        unpacked = self.packages("rabbitmq", ["rabbitmq-server"])
        folder, out = self.fresh("rabbitmq")
        home = glob.glob(os.path.join(unpacked, "usr/lib/rabbitmq/lib/rabbitmq_server-*"))[0]
        names = [f"rabbitmq_{plugin}" for plugin in ("management", "mqtt", "stomp", "shovel", "federation", "stream")]
        with open(os.path.join(folder, "plugins"), "w") as plugins:
            plugins.write(f"[{','.join(names)}].")
        with open(os.path.join(folder, "rabbitmq.conf"), "w") as conf:
            for key in ("management.tcp.port", "mqtt.listeners.tcp.default", "stomp.listeners.tcp.default", "stream.listeners.tcp.default"):
                conf.write(f"{key} = {free_port()}\n")
        environment = self.environment(
            folder, RABBITMQ_HOME=home, RABBITMQ_NODENAME=f"truth_rabbit_{os.getpid()}@localhost", RABBITMQ_MNESIA_BASE=folder + "/mnesia",
            RABBITMQ_LOG_BASE=folder + "/log", RABBITMQ_NODE_PORT=str(free_port()), RABBITMQ_DIST_PORT=str(free_port()),
            RABBITMQ_CONF_ENV_FILE="/dev/null", RABBITMQ_ENABLED_PLUGINS_FILE=folder + "/plugins", RABBITMQ_CONFIG_FILE=folder + "/rabbitmq.conf",
            ERL_AFLAGS=f"-pa {self.beams} -run forest_walk wait {out} rabbit {' '.join(names)}")
        return out, self.source("rabbitmq-server"), run([home + "/sbin/rabbitmq-server"], environment, folder)

    def ejabberd(self):
        parts = ["p1-" + n for n in "acme cache-tab eimp mqtree pkix stringprep stun tls utils xml xmpp yaml yconf zlib mysql pgsql sip pam".split()]
        parts += ["base64url", "goldrush", "idna", "jiffy", "jose", "lager", "unicode-util-compat"]
        unpacked = self.packages("ejabberd", ["ejabberd", "libyaml-0-2", "libgd3"] + ["erlang-" + part for part in parts])
        folder, out = self.fresh("ejabberd")
        config = os.path.join(folder, "ejabberd.yml")
        with open(config, "w") as yml:
            yml.write("hosts: [localhost]\nloglevel: none\nlisten:\n")
            yml.write(f"  - {{port: {free_port()}, ip: '127.0.0.1', module: ejabberd_c2s}}\n")
            yml.write("modules: {mod_roster: {}, mod_disco: {}, mod_muc: {}, mod_vcard: {}, mod_ping: {}, mod_offline: {}, mod_caps: {}}\n")
        environment = self.environment(
            folder, ERL_LIBS=":".join([unpacked + "/usr/lib/erlang/lib", unpacked + "/usr/lib/x86_64-linux-gnu"]),
            LD_LIBRARY_PATH=unpacked + "/usr/lib/x86_64-linux-gnu", EJABBERD_CONFIG_PATH=config, EJABBERD_LOG_PATH=folder + "/ejabberd.log",
            SPOOL_DIR=folder)
        log = run(["erl", "-noinput", "-sname", f"truth_ejabberd_{os.getpid()}@localhost", "-pa", self.beams, "-mnesia", "dir",
                   f'"{folder}/mnesia"', "-run", "forest_walk", "wait", out, "ejabberd", "-s", "ejabberd"], environment, folder)
        return out, self.source("ejabberd"), log

    def example(self, name):
        folder, out = self.fresh(name)
        project = os.path.join(folder, "project")
        shutil.copytree(os.path.join(ROOT, "examples", name), project, ignore=shutil.ignore_patterns("_build", "data"))
        environment = self.environment(folder, MIX_ENV="dev", MIX_HOME=folder + "/mix", HEX_HOME=folder + "/hex", HEX_OFFLINE="1",
                                       SHOP_PORT=str(free_port()), SHOP_DATA=folder + "/data", ERL_FLAGS=f"-pa {self.beams}")
        log = run(["mix", "compile"], environment, project)
        # The tracer must be there before the applications are.
        script = (f':forest_walk.trace(); {{:ok, _}} = Application.ensure_all_started(:shop_gateway); '
                  f'for app <- [:shop_notify, :shop_cluster], do: {{:ok, _}} = Application.ensure_all_started(app); '
                  f'Process.sleep(1500); :forest_walk.walk(~c"{out}")')
        log += run(["mix", "run", "--no-compile", "--no-start", "-e", script], environment, project, 90)
        return out, project, log

    def start(self, name):
        return self.example(name) if name.startswith("shop") else getattr(self, name)()


class Comparison:
    """Counts the children of one system: right, missing, wrong; those that were added later apart."""

    def __init__(self, name):
        self.name = name
        self.total = self.right = self.added_total = self.added_right = 0
        self.faults, self.added_faults, self.left_out = [], [], []

    def fault(self, added, text):
        (self.added_faults if added else self.faults).append(text)

    def count(self, added, right):
        if added:
            self.added_total, self.added_right = self.added_total + 1, self.added_right + right
        else:
            self.total, self.right = self.total + 1, self.right + right

    def root(self, live, read, path):
        """The supervisor that an application's start/2 starts."""
        if live is None:
            return
        if read is None:
            self.count(False, False)
            self.fault(False, f"{path}: the top supervisor {live['module']} is missing")
            self.lost(live, path, False)
            return
        good = self.same_supervisor(live, read, path, False)
        self.count(False, good)
        self.children(live, read, path, False)

    def same_supervisor(self, live, read, path, added):
        if live.get("bridge"):
            return True
        if read["opaque"] and live["module"] and live["module"].startswith("Elixir."):
            return True  # Registry and the like: their inside is theirs
        if read["strategy"] != live["strategy"] and not (read["dynamic"] and live["dynamic"]):
            self.fault(added, f"{path}: strategy {live['strategy']}, read as {read['strategy']}")
            return False
        return True

    def children(self, live, read, path, added):
        if live.get("bridge") or live.get("dynamic") or read.get("opaque"):
            return
        left = list(read["children"])
        for child in live["children"]:
            self.child(child, left, f"{path} > {child['id']}", added)

    def child(self, child, left, path, added):
        added = added or child["added"]
        read = next((c for c in left if c["id"] == child["id"]), None)
        if read is None:
            same_start = [c for c in left if c["id"] is None and c["start"]["module"] == child["start"]["module"]
                          and c["start"]["module"] is not None]
            read = next(iter(same_start), None)
        if read is None:
            self.count(added, False)
            self.fault(added, f"{path}: missing ({child['start']['module']}:{child['start']['function']})")
            if child["tree"]:
                self.lost(child["tree"], path, added)
            return
        if read["presence"] != "many":
            left.remove(read)
        good = True
        if child["restart"] is not None and read["restart"] != child["restart"]:
            good = False
            self.fault(added, f"{path}: restart {child['restart']}, read as {read['restart']}")
        if child["tree"] and not child["tree"].get("bridge"):
            tree = read.get("tree")
            if tree is None:
                good = False
                self.fault(added, f"{path}: a supervisor whose inside was not read")
                self.lost(child["tree"], path, added)
            else:
                good = self.same_supervisor(child["tree"], tree, path, added) and good
                self.children(child["tree"], tree, path, added)
        self.count(added, good)

    def lost(self, tree, path, added):
        """Everything below a supervisor that was not found is missing too."""
        if tree.get("dynamic") or tree.get("bridge"):
            return
        for child in tree["children"]:
            self.count(added or child["added"], False)
            self.fault(added or child["added"], f"{path} > {child['id']}: missing with its supervisor")
            if child["tree"]:
                self.lost(child["tree"], path + " > " + child["id"], added or child["added"])

    def report(self):
        share = self.right / self.total if self.total else 0.0
        print(f"{self.name}: {self.right} of {self.total} children of child lists right ({share:.1%}); "
              f"{self.added_right} of {self.added_total} added by start_child")
        for fault in self.faults:
            print("  " + fault)
        for fault in self.added_faults:
            print("  added: " + fault)
        if self.left_out:
            print("  not among these sources: " + " ".join(self.left_out))
        return share >= TARGET


def has_source(folder, module):
    """Is there a source of a module? Elixir's stand in files of any name."""
    if module is None:
        return False
    if not module.startswith("Elixir."):
        return bool(glob.glob(os.path.join(glob.escape(folder), "**", module + ".erl"), recursive=True))
    pattern = re.compile(r"defmodule\s+" + re.escape(module[7:]) + r"\s")
    return any(pattern.search(open(path, errors="replace").read())
               for path in glob.glob(os.path.join(glob.escape(folder), "**", "*.ex"), recursive=True))


def compare(name, live, read, source):
    comparison = Comparison(name)
    trees = {a["name"]: a["tree"] for a in read["applications"]}
    for application in live["applications"]:
        if application["name"] in trees or has_source(source, application["module"]):
            comparison.root(application["tree"], trees.get(application["name"]), application["name"])
        else:
            comparison.left_out.append(application["name"])
    return comparison


def main():
    beamwright, work, corpus = sys.argv[1:4]
    systems = Systems(os.path.abspath(work), os.path.abspath(corpus))
    failed = []
    summary = []
    for name in sys.argv[4:] or ["otp", "rabbitmq", "ejabberd", "shop", "shop_right"]:
        out, source, log = systems.start(name)
        if not os.path.exists(out):
            print(f"{name}: did not start\n{log[-3000:]}")
            failed.append(name)
            continue
        with open(out) as trees:
            live = json.load(trees)
        read = json.loads(subprocess.run([beamwright, "dump", "--stage", "forest", "--format", "json", source], check=True,
                                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
        comparison = compare(name, live, read, source)
        if not comparison.report():
            failed.append(name)
        summary.append(f"{name} {comparison.right}/{comparison.total}")
    print(f"truth forest: {'FAILED: ' + ', '.join(failed) + '; ' if failed else ''}{'; '.join(summary)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
