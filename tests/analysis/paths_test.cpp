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

}  // namespace
}  // namespace beamwright::tests
