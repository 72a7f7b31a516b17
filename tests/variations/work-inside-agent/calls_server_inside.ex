defmodule Depot.Ledger do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, 0, name: __MODULE__)
  def balance(account), do: GenServer.call(__MODULE__, {:balance, account}, 30_000)

  @impl true
  def init(state), do: {:ok, state}

  @impl true
  def handle_call({:balance, account}, _from, state) do
    %{body: body} = Req.get!("https://bank.example/accounts/#{account}")
    {:reply, body, state}
  end
end

defmodule Depot.Wallets do
  use Agent

  def start_link(_), do: Agent.start_link(fn -> %{} end, name: __MODULE__)

  def update(account) do
    Agent.update(__MODULE__, fn wallets -> # hazard
      Map.put(wallets, account, Depot.Ledger.balance(account))
    end)
  end
end
