defmodule Draft.Document do
  @moduledoc "One process for each open document; plug-ins change it with functions of their own."
  use GenServer

  def start_link(text), do: GenServer.start_link(__MODULE__, text)
  def transform(document, change) when is_function(change, 1), do: GenServer.call(document, {:transform, change})

  @impl true
  def init(text), do: {:ok, text}

  @impl true
  # hazard
  def handle_call({:transform, change}, _from, text) do
    changed = change.(text)
    {:reply, {:ok, changed}, changed}
  end
end
