defmodule Lab.Measure do
  @moduledoc "What experiments measure with; imported by `use Lab.Experiment`."

  @doc "How long a function takes, in ms with a fraction."
  def milliseconds(fun) do
    start = System.monotonic_time(:microsecond)
    fun.()
    (System.monotonic_time(:microsecond) - start) / 1000
  end

  @doc """
  How long a function takes in a process of its own, in whole ms, however it ends; `limit` where it has not ended by then, and it is killed.
  """
  def waited(limit, fun) do
    start = System.monotonic_time(:millisecond)
    {_outcome, _value} = outcome(limit, fun)
    min(System.monotonic_time(:millisecond) - start, limit)
  end

  @doc "How a function ends in a process of its own: {:ok, value}, {:exit, reason}, or {:hangs, nil} after `limit` ms, when it is killed."
  def outcome(limit, fun) do
    here = self()
    tag = make_ref()
    {pid, monitor} = spawn_monitor(fn -> send(here, {tag, fun.()}) end)

    receive do
      {^tag, value} ->
        Process.demonitor(monitor, [:flush])
        {:ok, value}

      {:DOWN, ^monitor, :process, ^pid, reason} ->
        {:exit, reason}
    after
      limit ->
        Process.exit(pid, :kill)
        Process.demonitor(monitor, [:flush])
        {:hangs, nil}
    end
  end

  @doc "Runs a function so many times and says how often it was true."
  def count(times, fun), do: Enum.count(1..times, fn _ -> fun.() end)

  @doc "What each of many functions takes, all run at once, in ms."
  def together(funs, limit \\ 10_000) do
    funs |> Enum.map(&Task.async(fn -> waited(limit, &1) end)) |> Task.await_many(limit + 5_000)
  end

  @doc "Waits until a condition is true and returns whether it came true within `limit` ms."
  def eventually(limit \\ 2_000, condition) do
    cond do
      condition.() -> true
      limit <= 0 -> false
      true -> Process.sleep(5) && eventually(limit - 5, condition)
    end
  end

  @doc "Calls so long until `duration` ms are over, and says how many calls a second that were."
  def per_second(duration, fun) do
    start = System.monotonic_time(:microsecond)
    calls = repeat(fun, start + duration * 1000, 0)
    round(calls * 1_000_000 / (System.monotonic_time(:microsecond) - start))
  end

  defp repeat(fun, until, calls) do
    for _ <- 1..20, do: fun.()
    if System.monotonic_time(:microsecond) < until, do: repeat(fun, until, calls + 20), else: calls + 20
  end

  @doc "What `per_second/2` says of so many readers at once, in sum."
  def reads_per_second(readers, duration, fun) do
    1..readers |> Enum.map(fn _ -> Task.async(fn -> per_second(duration, fun) end) end) |> Task.await_many(60_000) |> Enum.sum()
  end

  @doc "The messages that wait for a process, by name or pid; 0 where there is none."
  def mailbox(name) do
    case pid(name) do
      nil -> 0
      # A process that asks about itself is not told of messages that it has not fetched yet (seen on OTP 25).
      pid -> Task.await(Task.async(fn -> waiting(Process.info(pid, :message_queue_len)) end))
    end
  end

  defp waiting({:message_queue_len, length}), do: length
  defp waiting(nil), do: 0

  @doc "Bytes that a process keeps, after a collection: its heap and the binaries that it alone may hold on to."
  def memory(name) do
    pid = pid(name)
    :erlang.garbage_collect(pid)
    {:memory, heap} = Process.info(pid, :memory)
    heap + binaries(name)
  end

  @doc "Bytes of the binaries outside its heap that a process keeps."
  def binaries(name) do
    pid = pid(name)
    :erlang.garbage_collect(pid)
    {:binary, binaries} = Process.info(pid, :binary)
    binaries |> Enum.uniq_by(&elem(&1, 0)) |> Enum.map(&elem(&1, 1)) |> Enum.sum()
  end

  @doc """
  Kills a named process and waits until another one has the name; the new pid, or nil where none came within `limit` ms. A named process that
  is not there at all is waited for.
  """
  def kill_and_wait(name, limit \\ 1_000) do
    old = pid(name)
    if old, do: Process.exit(old, :kill)
    if eventually(limit, fn -> pid(name) not in [old, nil] end), do: pid(name)
  end

  @doc "Starts something linked, as a shell or a supervisor above would, so that its end does not end the experiment."
  def start_apart(fun) do
    here = self()
    tag = make_ref()

    spawn(fn ->
      Process.flag(:trap_exit, true)
      send(here, {tag, catching(fun)})
      Process.sleep(:infinity)
    end)

    receive do: ({^tag, result} -> result)
  end

  @doc "The value of a function, or {:exit, reason} of whatever else it ends in."
  def catching(fun) do
    fun.()
  catch
    _kind, reason -> {:exit, reason}
  end

  @doc "Whether a name or pid is that of a living process."
  def alive?(name), do: (pid = pid(name)) != nil and Process.alive?(pid)

  @doc "A fresh path that goes with the run."
  def scratch(name), do: Path.join(:persistent_term.get(:lab_scratch), name)

  defp pid(pid) when is_pid(pid), do: pid
  defp pid(name), do: GenServer.whereis(name)
end
