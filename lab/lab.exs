# Proves the rules on the VM at hand: elixir lab/lab.exs [--quick] [--rows FILE] [RULE…]; see CONTRIBUTING.md. Exit code 1 where something does
# not hold. LAB_VERBOSE=1 shows what the runs print.
{options, wanted, []} = OptionParser.parse(System.argv(), strict: [quick: :boolean, rows: :string])

# The same folder as Lab.Runner.folder/0, which is not compiled yet.
work = Path.expand("../build/lab/otp#{System.otp_release()}-#{System.pid()}", __DIR__)
ebin = Path.join(work, "ebin")
File.mkdir_p!(ebin)
{:ok, _, _} = Kernel.ParallelCompiler.compile_to_path(Path.wildcard(Path.join(__DIR__, "support/*.ex")), ebin)
Code.prepend_path(ebin)

documents = Lab.Document.all()
unknown = Enum.reject(wanted, fn name -> Enum.any?(documents, &(name in [&1.code, &1.name])) end)

if unknown != [] do
  File.rm_rf!(work)
  IO.puts(:stderr, "lab: no such rule: #{Enum.join(unknown, ", ")}")
  System.halt(2)
end

chosen = Enum.filter(documents, &(&1.experiment && (wanted == [] or &1.code in wanted or &1.name in wanted)))
started = System.monotonic_time(:second)

# A slot is a place for one experiment at a time, with a port of its own.
{:ok, slots} = Agent.start_link(fn -> [0, 1] end)
take = fn -> Agent.get_and_update(slots, fn [slot | rest] -> {slot, rest} end) end

rows =
  chosen
  |> Task.async_stream(
    fn document ->
      slot = take.()
      row = Lab.Runner.row(document, if(options[:quick], do: 1, else: 3), slot)
      Agent.update(slots, &[slot | &1])
      IO.puts(Lab.Rows.line(row))
      row
    end,
    max_concurrency: 2,
    timeout: :infinity
  )
  |> Enum.map(fn {:ok, row} -> row end)

File.rm_rf!(work)
{good, bad} = Enum.split_with(rows, & &1.holds)
if options[:rows], do: File.write!(options[:rows], Lab.Rows.json(Enum.reject(rows, &Map.has_key?(&1, :error))))
version = "OTP #{System.otp_release()}, Elixir #{System.version()}"
failed = if bad == [], do: "", else: "; FAILED: #{Enum.map_join(bad, ", ", & &1.rule)}"
IO.puts("lab: #{length(good)} of #{length(rows)} hold on #{version}#{failed}; #{System.monotonic_time(:second) - started} s")
System.halt(if bad == [], do: 0, else: 1)
