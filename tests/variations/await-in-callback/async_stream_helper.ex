defmodule Depot.Availability do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, ["north", "south"], name: __MODULE__)
  def of(item), do: GenServer.call(__MODULE__, {:of, item})

  @impl true
  def init(branches), do: {:ok, branches}

  @impl true
  def handle_call({:of, item}, _from, branches) do
    {:reply, ask_all(branches, item), branches}
  end

  defp ask_all(branches, item) do
    branches
    |> Task.async_stream(&Depot.Branch.stock(&1, item), ordered: false) # hazard BW412 BW401
    |> Enum.flat_map(fn
      {:ok, stock} -> [stock]
      {:exit, _} -> []
    end)
  end
end

defmodule Depot.Branch do
  def stock(branch, item), do: HTTPoison.get!("http://#{branch}.example/#{item}").body
end
