"""What the formats are tried on: the two examples, and a tree that means ill."""
import os
import pathlib
import subprocess

NASTY = {
    # A name with a space and a percent sign, a supervisor with a rewrite, a name that would end tags, cells, links and commands.
    "lib/50% odd:name, really.ex": rb'''
defmodule Nasty.Supervisor do
  use Supervisor
  def start_link(_), do: Supervisor.start_link(__MODULE__, [], name: __MODULE__)
  @impl true
  def init(_), do: Supervisor.init([Nasty.Server], strategy: :one_for_rest)
end

defmodule Nasty.Server do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def ask(x), do: GenServer.call(__MODULE__, {:"a</b>&\"'|`x`[y](1)]]>@user #12 ##[error]", x})
  @impl true
  def init(_), do: {:ok, []}
  @impl true
  def handle_call({:"a</b>&\"'|`x`[y](1)]]>@user #12 ##[error]", x}, _from, state) do
    {:reply, :httpc.request(:get, {x, []}, [], []), state}
  end
end
''',
    # Control characters, and bytes that are no UTF-8, in the tag that the messages name.
    "src/nasty\xff.erl": b'''%% -*- coding: latin-1 -*-
-module(nasty).
-behaviour(gen_server).
-export([start_link/0, ask/1, init/1, handle_call/3, handle_cast/2]).
start_link() -> gen_server:start_link({local, nasty}, ?MODULE, [], []).
ask(X) -> gen_server:call(nasty, {'b\x01\x1b[31m\xe9\xff
::error::x%0A', X}).
init([]) -> {ok, []}.
handle_call({'b\x01\x1b[31m\xe9\xff
::error::x%0A', X}, _From, State) ->
    Reply = httpc:request(get, {X, []}, [], []),
    {reply, Reply, State}.
handle_cast(_, State) -> {noreply, State}.
''',
    "lib/cut.ex": b"defmodule Cut do\n  def a(, do: <<<\xff\x00\n",
    "lib/vain.ex": b"# beamwright:ignore BW401 \xfe]]>\ndefmodule Vain do\nend\n",
}


def nasty_tree(folder):
    """The tree, with a byte in a name that is no character."""
    for name, content in NASTY.items():
        path = os.fsencode(folder) + b"/" + name.encode("latin-1")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
    return pathlib.Path(folder)


def written(binary, form, path, cwd, *options):
    """What `check --format FORM` prints; its exit code must be an answer."""
    done = subprocess.run([binary, "check", "--format", form, *options, path], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if done.returncode not in (0, 1) or done.stderr:
        raise AssertionError(f"check --format {form} {path} ended with {done.returncode}: {done.stderr[-2000:]!r}")
    return done.stdout
