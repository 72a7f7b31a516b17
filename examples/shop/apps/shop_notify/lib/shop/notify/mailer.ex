defmodule Shop.Notify.Mailer do
  @moduledoc "Sends our mails, one after the other, so that the relay sees one connection at a time."

  use GenServer

  require Logger

  alias Shop.Notify.Smtp

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @spec deliver(String.t(), String.t(), String.t()) :: :ok
  def deliver(to, subject, text), do: GenServer.cast(__MODULE__, {:deliver, to, subject, text})

  @doc "How many mails went out since the start."
  @spec sent() :: non_neg_integer()
  def sent, do: GenServer.call(__MODULE__, :sent)

  @impl true
  def init(_opts), do: {:ok, %{sent: 0}}

  @impl true
  def handle_call(:sent, _from, state), do: {:reply, state.sent, state}

  @impl true
  def handle_cast({:deliver, to, subject, text}, state) do
    case Smtp.send_mail(to, subject, text) do
      :ok ->
        {:noreply, %{state | sent: state.sent + 1}}

      {:error, reason} ->
        Logger.error("mail to #{to} failed: #{inspect(reason)}")
        {:noreply, state}
    end
  end
end
