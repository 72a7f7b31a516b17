defmodule Shop.Gateway.Http do
  @moduledoc "The part of HTTP/1.1 that our load balancer speaks with us."

  @type request :: %{
          method: String.t(),
          path: String.t(),
          query: String.t(),
          headers: %{String.t() => String.t()},
          body: binary()
        }
  @type response :: {100..599, term(), [{String.t(), String.t()}]}

  @max_head 16_384
  @max_body 65_536

  @doc "Takes one request off the buffer; `:more` while it is not complete."
  @spec parse(binary()) :: {:ok, request(), binary()} | :more | :error
  def parse(buffer) do
    case :binary.split(buffer, "\r\n\r\n") do
      [head, _rest] when byte_size(head) > @max_head -> :error
      [head, rest] -> parse_head(String.split(head, "\r\n"), rest)
      [_incomplete] when byte_size(buffer) > @max_head -> :error
      [_incomplete] -> :more
    end
  end

  defp parse_head([first | lines], rest) do
    headers =
      for line <- lines, [name, value] <- [String.split(line, ":", parts: 2)], into: %{} do
        {String.downcase(name), String.trim(value)}
      end

    with [method, target, "HTTP/1." <> _] <- String.split(first, " "),
         {length, ""} when length in 0..@max_body <- Integer.parse(Map.get(headers, "content-length", "0")) do
      take_body(method, URI.parse(target), headers, rest, length)
    else
      _other -> :error
    end
  end

  defp take_body(method, uri, headers, rest, length) do
    case rest do
      <<body::binary-size(length), rest::binary>> ->
        request = %{
          method: method,
          path: uri.path || "/",
          query: uri.query || "",
          headers: headers,
          body: body
        }

        {:ok, request, rest}

      _incomplete ->
        :more
    end
  end

  @spec encode(response()) :: iodata()
  def encode({status, term, headers}) do
    body = IO.iodata_to_binary(json(term))

    [
      "HTTP/1.1 #{status} #{reason(status)}\r\ncontent-type: application/json\r\n",
      Enum.map(headers, fn {name, value} -> [name, ": ", value, "\r\n"] end),
      "content-length: #{byte_size(body)}\r\n\r\n",
      body
    ]
  end

  @doc "JSON for the plain terms that our answers are made of."
  @spec json(term()) :: iodata()
  def json(term) when is_map(term) do
    pairs = Enum.map(term, fn {key, value} -> [json(to_string(key)), ":", json(value)] end)
    ["{", Enum.intersperse(pairs, ","), "}"]
  end

  def json(term) when is_list(term) do
    ["[", term |> Enum.map(&json/1) |> Enum.intersperse(","), "]"]
  end

  def json(term) when is_number(term) or is_boolean(term), do: to_string(term)
  def json(nil), do: "null"
  def json(term) when is_atom(term), do: json(Atom.to_string(term))

  def json(term) when is_binary(term) do
    escaped = String.replace(term, ["\\", "\"", "\n", "\r", "\t"], &("\\" <> escape(&1)))
    ["\"", escaped, "\""]
  end

  defp escape("\n"), do: "n"
  defp escape("\r"), do: "r"
  defp escape("\t"), do: "t"
  defp escape(other), do: other

  defp reason(200), do: "OK"
  defp reason(201), do: "Created"
  defp reason(400), do: "Bad Request"
  defp reason(402), do: "Payment Required"
  defp reason(404), do: "Not Found"
  defp reason(409), do: "Conflict"
  defp reason(503), do: "Service Unavailable"
  defp reason(_status), do: "Error"
end
