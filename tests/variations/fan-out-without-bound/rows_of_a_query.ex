defmodule Depot.Reminder do
  import Ecto.Query

  def run do
    Depot.Order
    |> where([o], o.status == "late")
    |> Depot.Repo.all()
    |> Enum.each(&remind/1)
  end

  defp remind(order) do
    Task.start(__MODULE__, :send_reminder, [order]) # hazard
  end

  def send_reminder(order) do
    Req.post!("http://mail.example", json: %{to: order.mail})
  end
end
