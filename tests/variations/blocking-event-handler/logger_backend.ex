defmodule Depot.LogBackend do
  @behaviour :gen_event

  @impl true
  def init(_), do: {:ok, %{url: "https://logs.example"}}

  @impl true
  def handle_event({level, _leader, {Logger, message, _time, _meta}}, state) do
    with {:ok, %{status_code: 200}} <- HTTPoison.post(state.url, "#{level} #{message}") do # hazard
      {:ok, state}
    else
      _ -> {:ok, state}
    end
  end

  def handle_event(_, state), do: {:ok, state}

  @impl true
  def handle_call({:configure, _}, state), do: {:ok, :ok, state}
end
