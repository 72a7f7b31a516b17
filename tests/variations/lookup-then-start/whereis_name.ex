defmodule Docs.Session do
  use GenServer

  def for_document(id) do
    name = {:global, {__MODULE__, id}}

    case GenServer.whereis(name) do
      nil ->
        {:ok, pid} = GenServer.start(__MODULE__, id, name: name) # hazard
        pid

      pid ->
        pid
    end
  end

  def init(id), do: {:ok, %{id: id, text: ""}}
end

defmodule DocsWeb.DocChannel do
  use Phoenix.Channel

  def join("doc:" <> id, _params, socket) do
    {:ok, assign(socket, :session, Docs.Session.for_document(id))}
  end
end
