defmodule Lab.Runner do
  @moduledoc """
  Runs experiments, two at a time: each variant and each repetition in a fresh VM, hazard and fix by turns, so that whatever else
  the machine does meets both. What must hold is judged by the medians; where it does not hold, it is measured twice more before that is believed.
  """

  @seconds 20

  @doc "The row of a rule: a map with what was measured and whether it holds, or with :error."
  def row(document, repetitions, slot) do
    first = runs(document, repetitions, slot)
    row = judged(first)
    row = if row.holds, do: row, else: judged(first ++ runs(document, 2, slot))
    Map.merge(row, %{code: document.code, rule: document.name, family: document.family})
  end

  @doc """
  What a list of runs, pairs of the hazard's and the fix's result, says. A pair of which one broke off is left out where more than half of them
  came through; otherwise the error is the answer.
  """
  def judged(runs) do
    case Enum.filter(runs, &match?({{:ok, _, _}, {:ok, _, _}}, &1)) do
      good when length(good) > length(runs) / 2 ->
        [{{:ok, declared, _}, _} | _] = good
        hazard = median(for {{:ok, _, figure}, _} <- good, do: figure)
        fix = median(for {_, {:ok, _, figure}} <- good, do: figure)
        {holds, _} = Code.eval_string(declared.holds, hazard: hazard, fix: fix)
        %{declared: declared, hazard: hazard, fix: fix, factor: factor(hazard, fix), holds: holds}

      _ ->
        failed = for {hazard, fix} <- runs, {:error, text} <- [hazard, fix], do: text
        %{error: List.last(failed), holds: false}
    end
  end

  defp runs(document, repetitions, slot) do
    for _ <- 1..repetitions, do: {child(document, "hazard", slot), child(document, "fix", slot)}
  end

  # How many times the one is the other: the greater by the smaller, nil where that says nothing.
  defp factor(hazard, fix) do
    {least, most} = Enum.min_max([hazard, fix])
    if least > 0, do: Float.round(most / least, 1)
  end

  defp median(numbers), do: numbers |> Enum.sort() |> Enum.at(div(length(numbers), 2))

  defp child(document, variant, slot) do
    result = Path.join(folder(), "#{document.code}-#{variant}-#{System.unique_integer([:positive])}")
    command = [document.experiment, document.path, variant, result]

    arguments =
      ["-pa", Path.join(folder(), "ebin"), "--erl", "-start_epmd false -erl_epmd_port #{port(slot)}"] ++
        ["-e", "Lab.Child.main(System.argv())", "--" | command]

    executable = System.find_executable("elixir")
    port = Port.open({:spawn_executable, executable}, [:binary, :exit_status, :stderr_to_stdout, :hide, args: arguments])
    {:os_pid, os_pid} = Port.info(port, :os_pid)
    said = collect(port, System.monotonic_time(:millisecond) + seconds(document) * 1000, "")
    # The run is the leader of its own group; nothing that it started outlives it.
    kill("-#{os_pid}")
    with {:ok, nodes} <- File.read(result <> ".d.nodes"), do: Enum.each(String.split(nodes), &kill/1)
    if System.get_env("LAB_VERBOSE"), do: IO.puts(said)

    answer =
      case File.read(result) do
        {:ok, binary} -> :erlang.binary_to_term(binary)
        {:error, _} -> {:error, "no result within #{seconds(document)} s"}
      end

    for path <- [result, result <> ".d", result <> ".d.nodes"], do: File.rm_rf!(path)
    if match?({:error, _}, answer), do: {:error, "#{variant}: #{elem(answer, 1)}\n#{last(said)}"}, else: answer
  end

  defp collect(port, until, said) do
    receive do
      {^port, {:data, data}} -> collect(port, until, said <> data)
      {^port, {:exit_status, _}} -> said
    after
      max(until - System.monotonic_time(:millisecond), 0) -> said
    end
  end

  defp last(said), do: said |> String.split("\n") |> Enum.take(-30) |> Enum.join("\n")

  defp kill(target), do: System.cmd("kill", ["-KILL", "--", target], stderr_to_stdout: true)

  # Read from the text, for a run that does not end can say nothing.
  defp seconds(document) do
    case Regex.run(~r/^\s+seconds: (\d+)/m, File.read!(document.experiment)) do
      [_, seconds] -> String.to_integer(seconds)
      nil -> @seconds
    end
  end

  # Two labs on one machine use different ports, and the two slots of one lab.
  defp port(slot), do: 20_000 + rem(String.to_integer(System.pid()), 10_000) * 2 + slot

  @doc "Where this run of the lab works; runs beside each other do not meet."
  def folder, do: Path.join([Path.expand("../..", __DIR__), "build", "lab", "otp#{System.otp_release()}-#{System.pid()}"])
end
