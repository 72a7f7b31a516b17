defmodule Depot.Schema do
  defstruct version: 1, fields: %{}

  def child_spec(arg), do: %{id: __MODULE__, start: {__MODULE__, :start, [arg]}}

  def start(fields) do
    state = %__MODULE__{fields: fields}
    Agent.start_link(fn -> state end, name: {:global, __MODULE__})
  end

  def field(name) do
    case Agent.get({:global, __MODULE__}, fn %__MODULE__{fields: fields} -> Map.fetch(fields, name) end) do # hazard
      {:ok, field} -> field
      :error -> raise KeyError
    end
  end
end

defmodule DepotWeb.FormController do
  use Phoenix.Controller

  def validate(conn, params) do
    errors = for {name, value} <- params, field = Depot.Schema.field(name), not valid?(field, value), do: name
    json(conn, errors)
  end

  defp valid?(%{max: max}, value), do: byte_size(value) <= max
end
