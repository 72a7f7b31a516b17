defmodule Lab.Rows do
  @moduledoc "How rows are shown: a line for whoever waits, JSON for docs/lab.json (Elixir has its own only since 1.18)."

  def line(%{error: error} = row), do: "#{head(row)} FAILED\n#{indented(error)}"

  def line(row) do
    limit = row.declared[:limit]
    figures = "#{figure(row.hazard, limit)} → #{figure(row.fix, limit)} #{row.declared.unit}"
    verdict = if row.holds, do: "holds", else: "DOES NOT HOLD: #{row.declared.holds}"
    "#{head(row)} #{row.declared.measures}: #{figures}  #{verdict}"
  end

  @doc "What this VM measured, for publish.py."
  def json(rows) do
    object([
      {"otp", string(otp_version())},
      {"elixir", string(System.version())},
      {"rows", "[\n" <> Enum.map_join(rows, ",\n", &("  " <> row(&1))) <> "\n]"}
    ])
  end

  defp row(row) do
    object([
      {"code", string(row.code)},
      {"rule", string(row.rule)},
      {"measured", string(row.declared.measures)},
      {"unit", string(row.declared.unit)},
      {"hazard", number(row.hazard)},
      {"fix", number(row.fix)},
      {"factor", if(row.factor, do: number(row.factor), else: "null")},
      {"limit", if(row.declared[:limit], do: number(row.declared.limit), else: "null")},
      {"must_hold", string(row.declared.holds)},
      {"holds", to_string(row.holds)},
      {"note", if(row.declared[:note], do: string(row.declared.note), else: "null")}
    ])
  end

  defp otp_version do
    path = Path.join([:code.root_dir(), "releases", System.otp_release(), "OTP_VERSION"])
    with {:ok, text} <- File.read(path), do: String.trim(text), else: (_ -> System.otp_release())
  end

  defp head(row), do: "#{row.code} #{String.pad_trailing(row.rule, 28)}"
  defp indented(text), do: text |> String.split("\n") |> Enum.map_join("\n", &("    " <> &1))

  defp figure(number, limit) when number == limit and limit != nil, do: "more than #{number(number)}"
  defp figure(number, _limit), do: number(number)

  # Three digits say all that a shared machine can say.
  defp number(number) when is_integer(number), do: Integer.to_string(number)
  defp number(number) when number >= 100, do: number |> round() |> Integer.to_string()
  defp number(number) when number >= 1, do: number |> Float.round(1) |> Float.to_string()
  defp number(number), do: :erlang.float_to_binary(number / 1, decimals: 3)

  defp object(pairs), do: "{" <> Enum.map_join(pairs, ", ", fn {key, value} -> "\"#{key}\": #{value}" end) <> "}"
  defp string(text), do: "\"" <> (text |> String.replace("\\", "\\\\") |> String.replace("\"", "\\\"") |> String.replace("\n", " ")) <> "\""
end
