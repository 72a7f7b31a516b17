defmodule Web.ShellChannel do
  use Phoenix.Channel

  def join("shell:" <> _box, _params, socket), do: {:ok, assign(socket, :terminals, %{})}

  def handle_in("open", %{"id" => id, "cols" => cols}, socket) do
    {:ok, terminal} = Web.Terminal.start_link(self(), cols) # hazard
    {:reply, :ok, assign(socket, :terminals, Map.put(socket.assigns.terminals, id, terminal))}
  end

  def handle_in("close", %{"id" => id}, socket) do
    {terminal, rest} = Map.pop(socket.assigns.terminals, id)
    if terminal, do: GenServer.stop(terminal)
    {:reply, :ok, assign(socket, :terminals, rest)}
  end
end

defmodule Web.Terminal do
  use GenServer, restart: :temporary
  def start_link(owner, cols), do: GenServer.start_link(__MODULE__, {owner, cols})
  def init({owner, cols}), do: {:ok, %{owner: owner, cols: cols}}
end
