defmodule Depot.Passwords do
  use GenServer

  @name :depot_passwords

  def start_link(_opts), do: GenServer.start_link(__MODULE__, nil, name: @name)

  def valid?(password, hash), do: GenServer.call(@name, {:valid?, password, hash})
  def hash(password), do: GenServer.call(@name, {:hash, password})

  def init(_), do: {:ok, nil}

  def handle_call({:valid?, password, hash}, _from, state) do
    valid = Argon2.verify_pass(password, hash) # hazard
    {:reply, valid, state}
  end

  def handle_call({:hash, password}, _from, state), do: {:reply, Argon2.hash_pwd_salt(password), state}
end

defmodule DepotWeb.LoginLive do
  use Phoenix.LiveView

  def handle_event("login", %{"password" => password}, socket) do
    {:noreply, assign(socket, :ok, Depot.Passwords.valid?(password, socket.assigns.hash))}
  end
end
