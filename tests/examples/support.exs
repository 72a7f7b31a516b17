defmodule Support do
  @moduledoc "What both scripts need: HTTP requests through the shop's TCP edge, waiting, and a look at undefined functions."

  def url(path), do: 'http://127.0.0.1:#{Application.fetch_env!(:shop_gateway, :port)}#{path}'

  def get(path, headers \\ []), do: request(:get, {url(path), headers})

  def post(path, fields, headers \\ []) do
    request(:post, {url(path), headers, 'application/x-www-form-urlencoded', URI.encode_query(fields)})
  end

  # Returns {status, body, headers}; the client's own cookies are not used, each request says its session.
  defp request(method, request) do
    options = [timeout: 8_000, connect_timeout: 2_000]

    case :httpc.request(method, request, options, body_format: :binary) do
      {:ok, {{_version, status, _phrase}, headers, body}} -> {status, body, headers}
      {:error, reason} -> {:error, reason}
    end
  end

  def cookie(headers) do
    {_name, cookie} = List.keyfind(headers, 'set-cookie', 0)
    [{'cookie', cookie |> to_string() |> String.split(";") |> hd() |> to_charlist()}]
  end

  def eventually(what, fun, left \\ 100) do
    cond do
      fun.() -> :ok
      left == 0 -> fail("never happened: #{what}")
      true -> Process.sleep(100) && eventually(what, fun, left - 1)
    end
  end

  def catch_exit(fun) do
    fun.()
  catch
    :exit, reason -> reason
  end

  def check(true, _what), do: :ok
  def check(false, what), do: fail(what)

  def fail(what) do
    IO.puts("FAILED: #{what}")
    System.halt(1)
  end

  @doc "Calls of functions that exist nowhere, in the example's own modules of both languages."
  def undefined_functions do
    # The tools application is not among the example's own dependencies.
    Code.append_path(:code.lib_dir(:tools, :ebin))
    {:ok, server} = :xref.start([])
    :xref.set_default(server, builtins: true, warnings: false, verbose: false)
    :ok = :xref.set_library_path(server, for(path <- :code.get_path(), do: path))

    for app <- [:payment, :shop_core, :shop_notify, :shop_gateway, :shop_cluster] do
      {:ok, _modules} = :xref.add_directory(server, Application.app_dir(app, "ebin") |> to_charlist())
    end

    {:ok, calls} = :xref.analyze(server, :undefined_function_calls)
    :xref.stop(server)
    calls
  end
end
