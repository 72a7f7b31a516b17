#include <gtest/gtest.h>

#include "analysis/input.h"
#include "analysis/kept_processes.h"
#include "analysis/shared.h"
#include "facts_of.h"

namespace beamwright::tests {
namespace {

using Lines = std::vector<std::string>;

// "A.f/1 keeps in A.g/2 under key, from outside over the connection" for each entry.
Lines kept(const FactsOf& f) {
  Lines lines;
  for (const analysis::KeptProcess& entry : analysis::kept_processes(f.program(), f.facts())) {
    const analysis::TextOrigin origin = analysis::text_origin_of(f.program(), f.facts(), entry.key_in, entry.key);
    lines.push_back(model::display_function(f.program(), entry.function) + " keeps in " +
                    model::display_function(f.program(), entry.keeper) + (entry.beside ? " beside " : " under ") +
                    analysis::source_text(f.program(), f.program().unit_of(entry.key_in), entry.key) + ", " +
                    std::string(analysis::to_string(origin.kind)) + (origin.over_connection ? " over a connection" : ""));
  }
  return lines;
}

TEST(KeptProcesses, AHelperKeepsWhatItIsGivenUnderTheKeyOfItsCaller) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).
start_link(S) -> gen_server:start_link(?MODULE, S, []).
init(S) -> {ok, {S, #{}}}.
handle_call(_, _, State) -> {reply, ok, State}.
handle_cast(_, State) -> {noreply, State}.
handle_info({tcp, _, <<Id:32, Rest/binary>>}, {S, Streams}) ->
    Pid = begin_stream(Rest),
    {noreply, {S, keep(Id, Pid, Streams)}};
handle_info(_, State) -> {noreply, State}.
begin_stream(Rest) -> spawn_link(fun() -> b:run(Rest) end).
keep(Key, Pid, Streams) -> Streams#{Key => {Pid, monitor(process, Pid)}}.
)"}});
  EXPECT_EQ(kept(f), (Lines{"a:handle_info/2 keeps in a:keep/3 under Id, from outside over a connection"}));
}

TEST(KeptProcesses, AReferenceOfATaskStandsForIt) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Desk do
  @behaviour WebSock
  def init(_), do: {:ok, %{}}
  def handle_in({text, _}, state) do
    %{"id" => id} = Jason.decode!(text)
    task = Task.async(fn -> Store.all() end)
    {:ok, Map.put(state, task.ref, id)}
  end
  def handle_info(_, state), do: {:ok, state}
  def terminate(_, _), do: :ok
end
)"}});
  EXPECT_EQ(kept(f), (Lines{"Desk.handle_in/2 keeps in Desk.handle_in/2 beside id, from outside over a connection"}));
}

TEST(KeptProcesses, WhatAnotherProcessSendsOnIsNotOverTheConnection) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Manager do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def open(name), do: GenServer.call(__MODULE__, {:open, name})
  def init(state), do: {:ok, state}
  def handle_call({:open, name}, _from, state) do
    pid = spawn_link(Session, :run, [name])
    {:reply, :ok, Map.put(state, name, pid)}
  end
end
defmodule Desk do
  @behaviour WebSock
  def init(_), do: {:ok, %{}}
  def handle_in({text, _}, state) do
    Manager.open(text)
    {:ok, state}
  end
  def handle_info(_, state), do: {:ok, state}
  def terminate(_, _), do: :ok
end
)"}});
  EXPECT_EQ(kept(f), (Lines{"Manager.handle_call/3 keeps in Manager.handle_call/3 under name, from outside"}));
}

TEST(KeptProcesses, AnErrorIsNoProcess) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Desk do
  def open(name, state) do
    case DynamicSupervisor.start_child(Sessions, {Session, name}) do
      {:ok, _} -> state
      {:error, reason} -> Map.put(state, name, reason)
    end
  end
end
)"}});
  EXPECT_EQ(kept(f), Lines{});
}

// use Rooms puts handle_in/2 into modules that nobody sees, the decoder is one of the configuration, and so is the starter.
TEST(KeptProcesses, ACallbackThatUsePutsIntoOthersGetsWhatThePeerSends) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Rooms do
  defmacro __using__(_) do
    quote do
      @behaviour WebSock
      def handle_in(message, state), do: Rooms.take(message, state)
    end
  end
  def take({payload, opts}, state) do
    %{topic: topic} = message = state.serializer.decode!(payload, opts)
    join(Map.get(state.rooms, topic), message, state)
  end
  defp join(nil, %{topic: topic} = message, state) do
    {:ok, pid} = Room.join(message, state.options)
    %{state | rooms: Map.put(state.rooms, topic, pid)}
  end
  defp join(_pid, _message, state), do: state
end
defmodule Room do
  def join(message, options) do
    starter = options[:starter] || (&start/1)
    case starter.(message) do
      {:ok, pid} -> {:ok, pid}
      {:error, reason} -> {:error, reason}
    end
  end
  def start(message), do: DynamicSupervisor.start_child(Rooms.Supervisor, {Table, message})
end
)"}});
  EXPECT_EQ(kept(f), (Lines{"Rooms.join/3 keeps in Rooms.join/3 under topic, from outside over a connection"}));
}

TEST(KeptProcesses, TheTransportSaysHowItsMessagesAreCalledAndAFoldGivesEachFrame) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([init/2]).
init(Socket, Transport) -> loop(Socket, Transport, []).
loop(Socket, Transport, Calls) ->
    {OK, Closed, _} = Transport:messages(),
    receive
        {OK, Socket, Data} -> loop(Socket, Transport, lists:foldl(fun order/2, Calls, codec:parse(Data)));
        {Closed, Socket} -> ok
    end.
order({open, Id}, Calls) ->
    Pid = spawn(fun() -> b:run(Id) end),
    [{Id, Pid} | Calls].
)"}});
  EXPECT_EQ(kept(f), (Lines{"a:order/2 keeps in a:order/2 under Id, from outside over a connection"}));
}

// cowboy asks nobody for the behaviour; what `of` matches is what was tried.
TEST(KeptProcesses, AWebsocketHandlerNeedNotSayWhatItIs) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([init/2, websocket_handle/2]).
init(Req, State) -> {cowboy_websocket, Req, State}.
websocket_handle({text, Text}, State) ->
    try jsx:decode(Text) of
        #{<<"open">> := Id} -> {ok, State#{Id => spawn(fun() -> b:run(Id) end)}}
    catch error:badarg -> {ok, State}
    end.
)"}});
  EXPECT_EQ(kept(f), (Lines{"a:websocket_handle/2 keeps in a:websocket_handle/2 under Id, from outside over a connection"}));
}

}  // namespace
}  // namespace beamwright::tests
