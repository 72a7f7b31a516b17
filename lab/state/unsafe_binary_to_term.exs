defmodule Phoenix.Controller do
  defmacro __using__(_), do: quote(do: import(Phoenix.Controller))
  def json(_conn, value), do: value
end

defmodule Lab.State.UnsafeBinaryToTerm do
  use Lab.Experiment,
    measures: "atoms that 10,000 forged tokens leave in the VM",
    unit: "atoms",
    note: "the VM has room for 1,048,576 and aborts when they are used up",
    holds: "hazard >= 10000 and fix <= 100"

  def run(_variant) do
    show(0)
    before = :erlang.system_info(:atom_count)
    for n <- 1..10_000, do: show(n)
    :erlang.system_info(:atom_count) - before
  end

  # An atom in the external term format, written by hand: this VM must not know it before.
  defp show(n) do
    name = "forged#{n}"
    token = Base.url_encode64(<<131, 119, byte_size(name), name::binary>>)
    catching(fn -> ShopWeb.SessionController.show(nil, %{"token" => token}) end)
  end
end
