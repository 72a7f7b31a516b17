defmodule Lab.Child do
  @moduledoc """
  One variant in a VM of its own: compiles the experiment and the document's blocks, runs the experiment and leaves its result in a file, as
  an external term {:ok, declaration, figure} or {:error, text}.
  """

  def main([experiment, document, variant, result]) do
    Process.flag(:trap_exit, true)
    # What dies on purpose shall not be reported line by line, unless somebody looks into a single run.
    unless System.get_env("LAB_VERBOSE"), do: Logger.configure(level: :none)
    scratch = result <> ".d"
    File.mkdir_p!(scratch)
    File.cd!(scratch)

    answer =
      try do
        compiled = Code.compile_file(experiment)
        {module, _} = Enum.find(compiled, fn {module, _} -> function_exported?(module, :__lab__, 0) end)
        blocks = Lab.Document.blocks(document, variant)
        if blocks == [], do: raise("#{document} has no block with lab=#{variant}")
        :persistent_term.put(:lab_modules, compiled ++ compile(blocks, scratch))
        :persistent_term.put(:lab_scratch, scratch)
        {:ok, module.__lab__(), measured(module, String.to_atom(variant))}
      catch
        kind, reason -> {:error, Exception.format(kind, reason, __STACKTRACE__)}
      end

    File.write!(result, :erlang.term_to_binary(answer))
    Lab.Cluster.stop_all()
    File.rm_rf!(scratch)
    :erlang.halt(0, flush: false)
  end

  # In a process of its own, so that exits which the experiment provokes reach the experiment, and messages none but it.
  defp measured(module, variant) do
    {pid, monitor} = spawn_monitor(fn -> exit({:measured, median(module.run(variant))}) end)

    receive do
      {:DOWN, ^monitor, :process, ^pid, {:measured, figure}} -> figure
      {:DOWN, ^monitor, :process, ^pid, reason} -> raise "the experiment ended: #{Exception.format_exit(reason)}"
    end
  end

  defp median(number) when is_number(number), do: number
  defp median([_ | _] = numbers), do: numbers |> Enum.sort() |> Enum.at(div(length(numbers), 2))

  defp compile(blocks, scratch) do
    files = Enum.group_by(blocks, &elem(&1, 0), fn {_, name, text} -> write(scratch, name, text) end)
    erlang = Enum.map(Map.get(files, "erlang", []), &compile_erlang/1)
    erlang ++ compile_elixir(Map.get(files, "elixir", []))
  end

  defp write(scratch, name, text) do
    path = Path.join(scratch, name)
    File.write!(path, text)
    path
  end

  defp compile_erlang(path) do
    {:ok, module, binary} = :compile.file(String.to_charlist(path), [:binary, :report_errors, :debug_info])
    {:module, ^module} = :code.load_binary(module, String.to_charlist(path), binary)
    {module, binary}
  end

  defp compile_elixir(paths) do
    here = self()
    each = fn _path, module, binary -> send(here, {:compiled, module, binary}) end
    {:ok, modules, _warnings} = Kernel.ParallelCompiler.compile(paths, each_module: each)

    for module <- modules do
      receive do: ({:compiled, ^module, binary} -> {module, binary})
    end
  end
end
