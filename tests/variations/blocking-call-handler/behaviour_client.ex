defmodule Depot.Mail.Adapter do
  @callback deliver(map()) :: :ok | {:error, term()}
end

defmodule Depot.Mail.Smtp do
  @behaviour Depot.Mail.Adapter

  @impl true
  def deliver(mail) do
    case :gen_smtp_client.send_blocking({mail.from, [mail.to], mail.body}, relay: "smtp.example") do
      receipt when is_binary(receipt) -> :ok
      {:error, reason} -> {:error, reason}
    end
  end
end

defmodule Depot.Mail do
  use GenServer

  @adapter Application.compile_env(:depot, :mail_adapter, Depot.Mail.Smtp)

  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)
  def send_now(mail), do: GenServer.call(__MODULE__, {:send, mail})
  def sent, do: GenServer.call(__MODULE__, :sent)

  @impl true
  def init(_), do: {:ok, 0}

  @impl true
  def handle_call({:send, mail}, _from, count) do
    case @adapter.deliver(mail) do # hazard
      :ok -> {:reply, :ok, count + 1}
      {:error, _} = error -> {:reply, error, count}
    end
  end

  def handle_call(:sent, _from, count), do: {:reply, count, count}
end
