# Shows that the shop written wrong boots and sells as well, which is why its hazards got this far; then makes some of
# those that HAZARDS.md lists come true, so that the table is no matter of opinion.
import Support

Logger.configure(level: :emergency)
check(undefined_functions() == [], "undefined functions: #{inspect(undefined_functions())}")
{200, _, headers} = get("/products/mug-blue")
session = cookie(headers)
{200, ~s(["mug-blue"]), _} = get("/search?q=Blue%20Mug")
{201, _, _} = post("/cart/items", [sku: "mug-blue", quantity: 2], session)
{201, order, _} = post("/checkout", [email: "a@example.com", card: "4242424242424242"], session)
[_, id] = Regex.run(~r/"order":"([0-9a-f]+)"/, order)
{200, _, _} = get("/orders/#{id}")
check(:payment.status(id) == :charged, "the ledger knows the charge")

# BW102: the back office cannot start.
{:error, {reason, _child}} = Supervisor.start_child(Shop.Core.Supervisor, Shop.Reports.Supervisor)
check(inspect(reason) =~ "one_for_rest", "reports: #{inspect(reason)}")

# BW501: words from outside become atoms.
atoms = :erlang.system_info(:atom_count)
for n <- 1..200, do: get("/products/mug-blue?word#{n}=x&currency=c#{n}")
check(:erlang.system_info(:atom_count) - atoms >= 400, "atoms grow with requests")

# BW111: an address that makes the trial crash takes the webhooks, and their partners, with it.
webhooks = Process.whereis(Shop.Notify.Webhooks)
{201, _, _} = post("/webhooks", url: "no address at all")
eventually("webhooks die", fn -> Process.whereis(Shop.Notify.Webhooks) != webhooks end)

# BW401, BW402: whoever asks the listener waits for the next client.
check(match?({:timeout, _}, catch_exit(fn -> GenServer.call(Shop.Gateway.Listener, :port, 500) end)), "the listener is busy")

# BW203, BW212, BW111 in Erlang: a late verdict kills the payment server.
server = Process.whereis(:payment_server)
:sys.suspend(:payment_server)
send(:payment_server, {make_ref(), :allow})
:sys.resume(:payment_server)
eventually("the payment server dies of a late verdict", fn -> Process.whereis(:payment_server) != server end)

# BW403: a sale that makes a shelf run low makes stock and orders wait for each other until both die.
{stock, orders} = {Process.whereis(Shop.Stock), Process.whereis(Shop.Orders)}
{201, _, _} = post("/cart/items", [sku: "chair-oak", quantity: 1], session)
post("/checkout", [email: "a@example.com", card: "4242"], session)
eventually("stock and orders die", fn -> Shop.Stock |> Process.whereis() != stock and Process.whereis(Shop.Orders) != orders end)
eventually("orders are back", fn -> Process.whereis(Shop.Orders) != nil end)
# BW510: and with them went what they knew.
check(Shop.Orders.fetch(id) == :error, "the order that was paid is forgotten")

# BW115, BW116: the table belongs to the supervisor, so the process that works with it cannot be started again.
supervisor = Process.whereis(:payment_sup)
Process.exit(Process.whereis(:payment_tokens), :kill)
eventually("payments are gone for good", fn -> Process.whereis(:payment_sup) != supervisor end)
IO.puts("SHOWN: boots, sells, and breaks as listed")
