#include "analysis/paths.h"

#include <gtest/gtest.h>

#include "facts_of.h"

namespace beamwright::tests {
namespace {

using namespace analysis;

// "monitor: timeout", one line an acquisition: the ways out on which it is left, who keeps it, "given back".
std::vector<std::string> outcome(const FactsOf& f, const std::string& function) {
  constexpr std::string_view kWays[] = {"end", "clause", "timeout", "exception"};
  constexpr std::string_view kKeepers[] = {"returned", "state", "sent", "given", "closure", "stored"};
  std::vector<std::string> lines;
  for (const Acquisition& a : acquisitions_in(f.program(), f.facts(), f.function(function))) {
    std::string line = std::string(to_string(a.resource)) + ":";
    if (a.dropped) line += " dropped";
    if (!a.released.empty()) line += " back";
    for (const ResourceKept& kept : a.kept) line += " " + std::string(kKeepers[static_cast<std::size_t>(kept.keeper)]);
    for (const ResourceLeft& left : a.left) line += " left-" + std::string(kWays[static_cast<std::size_t>(left.way)]);
    lines.push_back(line);
  }
  return lines;
}
using Lines = std::vector<std::string>;

TEST(Paths, AMonitorIsLeftOnTheTimeoutOfAHandWrittenCall) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([call/2, good/2]).
call(Pid, Request) ->
  Ref = erlang:monitor(process, Pid),
  Pid ! {self(), Ref, Request},
  receive
    {Ref, Reply} -> erlang:demonitor(Ref, [flush]), Reply;
    {'DOWN', Ref, _, _, Reason} -> {error, Reason}
  after 5000 -> timeout
  end.
good(Pid, Request) ->
  Ref = erlang:monitor(process, Pid),
  Pid ! {self(), Ref, Request},
  receive
    {Ref, Reply} -> clean(Ref), Reply;
    {'DOWN', Ref, _, _, Reason} -> {error, Reason}
  after 5000 -> clean(Ref), timeout
  end.
clean(Ref) -> erlang:demonitor(Ref, [flush]).
)"},
                                    {"lib/b.ex", R"(defmodule B do
  def call(pid) do
    ref = Process.monitor(pid)
    send(pid, {self(), ref})
    receive do
      {^ref, reply} -> reply
      {:DOWN, ^ref, _, _, reason} -> {:error, reason}
    after
      100 ->
        Process.demonitor(ref, [:flush])
        :timeout
    end
  end
end
)"}});
  EXPECT_EQ(outcome(f, "a:call/2"), (Lines{"monitor: back sent left-timeout"}));
  EXPECT_EQ(outcome(f, "a:good/2"), (Lines{"monitor: back sent"}));
  EXPECT_EQ(outcome(f, "B.call/1"), (Lines{"monitor: back sent left-clause"}));
}

TEST(Paths, ASocketIsHeldOnlyWhereItWasOpened) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([ask/1]).
ask(Host) ->
  case gen_tcp:connect(Host, 80, []) of
    {ok, Socket} ->
      case gen_tcp:send(Socket, <<"x">>) of
        ok -> gen_tcp:close(Socket), ok;
        {error, _} = Error -> Error
      end;
    {error, _} = Error -> Error
  end.
)"},
                                    {"lib/b.ex", R"(defmodule B do
  def read(path) do
    with {:ok, file} <- File.open(path),
         :ok <- check(path) do
      File.close(file)
    end
  end
  defp check(path), do: if(path == "", do: :error, else: :ok)
end
)"}});
  EXPECT_EQ(outcome(f, "a:ask/1"), (Lines{"socket: back left-clause"}));
  EXPECT_EQ(outcome(f, "B.read/1"), (Lines{"file_handle: back left-clause"}));
}

// `try gen_tcp:connect(…) of {ok, S} -> …; {error, _} -> … end` decides as a case does.
TEST(Paths, ATryForItsValueHoldsASocketOnlyWhereItWasOpened) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([check/1, leaky/1]).
check(Host) ->
  try gen_tcp:connect(Host, 80, [], 5000) of
    {ok, Socket} -> try inet:sockname(Socket) after gen_tcp:close(Socket) end;
    {error, nxdomain} -> {error, nxdomain};
    {error, Reason} -> {error, Reason}
  catch _:R -> {error, R}
  end.
leaky(Host) ->
  {ok, Socket} = gen_tcp:connect(Host, 80, [], 5000),
  case gen_tcp:send(Socket, <<"hello">>) of
    ok -> gen_tcp:close(Socket);
    {error, Reason} -> {error, Reason}
  end.
)"}});
  EXPECT_EQ(outcome(f, "a:check/1"), (Lines{"socket: back"}));
  EXPECT_EQ(outcome(f, "a:leaky/1"), (Lines{"socket: back left-clause"}));
}

TEST(Paths, WhatIsKeptIsNotLeft) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule A do
  use GenServer
  def init(pid), do: {:ok, %{ref: Process.monitor(pid)}}
  def handle_info(:tick, state) do
    timer = Process.send_after(self(), :tick, 1000)
    {:noreply, %{state | timer: timer}}
  end
  def open(), do: :ets.new(:rows, [])
  def drop(pid) do
    Process.monitor(pid)
    :ok
  end
end
)"}});
  EXPECT_EQ(outcome(f, "A.init/1"), (Lines{"monitor: state"}));
  EXPECT_EQ(outcome(f, "A.handle_info/2"), (Lines{"timer: state"}));
  EXPECT_EQ(outcome(f, "A.open/0"), (Lines{"table: returned"}));
  EXPECT_EQ(outcome(f, "A.drop/1"), (Lines{"monitor: dropped left-end"}));
}

TEST(Paths, AnExceptionInBetweenLeavesItUnlessAfterGivesItBack) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule A do
  def bad(server) do
    table = :ets.new(:rows, [])
    GenServer.call(server, :fill)
    :ets.delete(table)
  end
  def good(server) do
    table = :ets.new(:rows, [])
    try do
      GenServer.call(server, :fill)
    after
      :ets.delete(table)
    end
  end
end
)"},
                                    {"src/b.erl", R"(-module(b).
-export([load/1]).
load(File) ->
  {ok, Table} = ets:file2tab(File),
  ets:lookup(Table, key).
)"}});
  EXPECT_EQ(outcome(f, "A.bad/1"), (Lines{"table: back left-exception"}));
  EXPECT_EQ(outcome(f, "A.good/1"), (Lines{"table: back"}));
  EXPECT_EQ(outcome(f, "b:load/1"), (Lines{"table: left-end"}));
}

TEST(Paths, WhatIsInAListThatIsGivenOnIsNotDropped) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule A do
  def dropped(rows) do
    Task.async(fn -> rows end)
    Enum.each(rows, fn row -> Task.async(fn -> row end) end)
    _task = Task.async(fn -> rows end)
    :ok
  end
  def given_on(rows) do
    tasks = Enum.map(rows, fn row -> Task.async(fn -> row end) end) ++ [Task.async(fn -> rows end)]
    Task.await_many(tasks)
  end
  def plan(state), do: %{state | timers: [Process.send_after(self(), :tick, 5_000)] ++ state.timers}
  def arm, do: Process.send_after(self(), :tick, 5_000)
end
)"},
                                    {"src/b.erl", R"(-module(b).
-export([dropped/1, given_on/1]).
dropped(Keys) ->
  lists:foreach(fun(Key) -> erlang:send_after(1000, self(), {tick, Key}) end, Keys),
  erlang:send_after(1000, self(), tick),
  ok.
given_on(Keys) ->
  Timers = [erlang:send_after(1000, self(), {tick, Key}) || Key <- Keys],
  {ok, [erlang:send_after(1000, self(), tick)] ++ Timers}.
)"}});
  EXPECT_EQ(outcome(f, "A.dropped/1"), (Lines{"task: dropped left-end", "task: dropped left-end", "task: dropped left-end"}));
  EXPECT_EQ(outcome(f, "A.given_on/1"), (Lines{"task: returned", "task: back"}));
  EXPECT_EQ(outcome(f, "A.plan/1"), (Lines{"timer: returned"}));
  EXPECT_EQ(outcome(f, "A.arm/0"), (Lines{"timer: returned"}));
  EXPECT_EQ(outcome(f, "b:dropped/1"), (Lines{"timer: dropped left-end", "timer: dropped left-end"}));
  EXPECT_EQ(outcome(f, "b:given_on/1"), (Lines{"timer: returned", "timer: returned"}));
}

TEST(Paths, NobodyHasAReferenceThatAllCallersDrop) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule A do
  use GenServer
  def init(state) do
    schedule()
    {:ok, Map.put(state, :timer, plan())}
  end
  def handle_info(:tick, state) do
    schedule()
    {:noreply, state}
  end
  defp schedule, do: Process.send_after(self(), :tick, 5_000)
  defp plan, do: Process.send_after(self(), :stop, 5_000)
end
)"}});
  const auto dropped = [&](const std::string& function) {
    const std::vector<Acquisition> found = acquisitions_in(f.program(), f.facts(), f.function(function));
    return found.size() == 1 && nobody_has(f.program(), f.facts(), found[0]);
  };
  EXPECT_TRUE(dropped("A.schedule/0"));
  EXPECT_FALSE(dropped("A.plan/0"));
}

TEST(Paths, AStreamIsLeftWhereItsAwaitGivesUp) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([get/2, body/1]).
get(Pid, Path) ->
  Ref = gun:get(Pid, Path),
  case gun:await(Pid, Ref, 5000) of
    {response, fin, Status, _} -> {ok, Status};
    {response, nofin, _, _} -> body(#{pid => Pid, ref => Ref});
    {error, timeout} -> gun:cancel(Pid, Ref), {error, timeout};
    {error, Reason} -> {error, Reason}
  end.
body(#{pid := Pid, ref := Ref} = Args) ->
  case gun:await(Pid, Ref, 5000) of
    {data, nofin, _} -> body(Args);
    {data, fin, Data} -> {ok, Data};
    {error, Reason} -> {error, Reason}
  end.
)"},
                                    {"lib/b.ex", R"(defmodule B do
  def get(pid, path) do
    ref = :gun.get(pid, path)
    with {:response, :nofin, 200, _} <- :gun.await(pid, ref, 5_000),
         {:ok, body} <- :gun.await_body(pid, ref, 5_000) do
      {:ok, body}
    end
  end
  def all(pid, path) do
    ref = :gun.get(pid, path)
    {:ok, body} = :gun.await_body(pid, ref)
    body
  end
end
)"}});
  EXPECT_EQ(outcome(f, "a:get/2"), (Lines{"request: back given left-clause"}));
  EXPECT_EQ(outcome(f, "a:body/1"), (Lines{"request: back left-clause"}));
  EXPECT_EQ(outcome(f, "B.get/2"), (Lines{"request: back left-clause left-clause"}));
  EXPECT_EQ(outcome(f, "B.all/2"), (Lines{"request: back"}));
}

TEST(Paths, AnOwnStartLinkGivesItsCallerAProcess) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-behaviour(gen_server).
-export([init/1]).
init([]) ->
  ok = b:start_link(),
  {ok, _} = c:start_link(),
  {ok, Pid} = c:start_link(),
  {ok, #{worker => Pid}}.
)"},
                                    {"src/b.erl", R"(-module(b).
-behaviour(gen_server).
-export([start_link/0, init/1]).
start_link() ->
  case gen_server:start_link({local, b}, b, [], []) of
    {ok, _Pid} -> ok;
    {error, {already_started, _Pid}} -> ok;
    Error -> logger:error("~p", [Error]), error
  end.
init([]) -> {ok, #{}}.
)"},
                                    {"src/c.erl", R"(-module(c).
-behaviour(gen_server).
-export([start_link/0, init/1]).
start_link() -> gen_server:start_link(c, [], []).
init([]) -> {ok, #{}}.
)"}});
  EXPECT_EQ(outcome(f, "a:init/1"), (Lines{"process: dropped", "process: dropped left-end", "process: state"}));
}

TEST(Paths, ASubscriptionStaysUntilItsFunctionUnsubscribes) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule A do
  def stays(topic) do
    Phoenix.PubSub.subscribe(A.PubSub, topic)
    :ok
  end
  def ends(topic) do
    Phoenix.PubSub.subscribe(A.PubSub, topic)
    receive do
      message -> message
    end
    Phoenix.PubSub.unsubscribe(A.PubSub, topic)
  end
  def live(socket, topic), do: socket.endpoint.subscribe(topic)
end
)"},
                                    {"src/b.erl", R"(-module(b).
-export([stays/0, ends/0]).
stays() -> net_kernel:monitor_nodes(true), ok.
ends() -> net_kernel:monitor_nodes(true), receive _ -> ok end, net_kernel:monitor_nodes(false).
)"}});
  EXPECT_EQ(outcome(f, "A.stays/1"), (Lines{"subscription: left-end"}));
  EXPECT_EQ(outcome(f, "A.ends/1"), (Lines{"subscription: back"}));
  EXPECT_EQ(outcome(f, "A.live/2"), (Lines{"subscription: left-end"}));
  EXPECT_EQ(outcome(f, "b:stays/0"), (Lines{"subscription: left-end"}));
  EXPECT_EQ(outcome(f, "b:ends/0"), (Lines{"subscription: back"}));
}

}  // namespace
}  // namespace beamwright::tests
