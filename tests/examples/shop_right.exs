# Shows that the shop written right boots, sells, and goes on selling after its processes were killed.
import Support

Logger.configure(level: :emergency)
check(undefined_functions() == [], "undefined functions: #{inspect(undefined_functions())}")
eventually("the catalogue is loaded", fn -> match?({200, "{" <> _, _}, get("/products/mug-blue")) end)

{200, body, headers} = get("/products/mug-blue?currency=usd")
check(body =~ ~s("cents":1350) and body =~ ~s("currency":"USD"), "price: #{body}")
session = cookie(headers)
{200, ~s(["mug-blue"]), _} = get("/search?q=Blue%20Mug")
{404, _, _} = get("/nowhere")
{400, _, _} = post("/cart/items", [sku: "mug-blue", quantity: "many"], session)
{201, _, _} = post("/cart/items", [sku: "mug-blue", quantity: 2], session)
{201, order, _} = post("/checkout", [email: "a,b@example.com", card: "4242424242424242"], session)
[_, id] = Regex.run(~r/"order":"([0-9a-f]+)"/, order)
{200, paid, _} = get("/orders/#{id}")
check(paid =~ ~s("status":"paid"), "order: #{paid}")
check(:payment.status(id) == :charged, "the ledger knows the charge")
check(Shop.Stock.available("mug-blue") == 38, "two mugs left the shelf")
{402, _, _} = (post("/cart/items", [sku: "mug-red", quantity: 1], session); post("/checkout", [email: "a@example.com", card: "4000000000000002"], session))
check(Shop.Stock.available("mug-red") == 35, "a declined card leaves the shelf as it was")

# Low stock, which the buyers are told of, and goods that are not there.
{201, _, _} = post("/cart/items", [sku: "chair-oak", quantity: 3], session)
{201, _, _} = post("/checkout", [email: "a@example.com", card: "4242"], session)
{201, _, _} = post("/cart/items", [sku: "chair-oak", quantity: 3], session)
{409, _, _} = post("/checkout", [email: "a@example.com", card: "4242"], session)
check(Shop.Orders.backordered("chair-oak") == 3, "three chairs are waited for")

# Words from outside do not become atoms.
atoms = :erlang.system_info(:atom_count)
for n <- 1..200, do: get("/products/mug-blue?word#{n}=x&currency=c#{n}")
check(:erlang.system_info(:atom_count) - atoms < 50, "atoms grow with requests")

# A payment provider's message with a term in it, and one that settles.
{400, _, _} = post("/payments/callback", event: "settled", order: "unknown")
{200, _, _} = post("/payments/callback", event: "settled", order: id, meta: Base.encode64(:erlang.term_to_binary(:x)))
check(:payment.status(id) == :settled, "the ledger knows the settlement")

# Whoever is killed returns, and what was known is still known.
for name <- [Shop.Stock, Shop.Catalogue, Shop.Orders, Shop.Gateway.Sessions, :payment_ledger, :payment_server, :payment_tokens] do
  # Those after the one killed before this one may still be on their way.
  eventually("#{inspect(name)} runs", fn -> Process.whereis(name) != nil end)
  before = Process.whereis(name)
  Process.exit(before, :kill)
  eventually("#{inspect(name)} returns", fn -> Process.whereis(name) not in [nil, before] end)
end

eventually("the edge answers again", fn -> match?({200, _, _}, get("/orders/#{id}")) end)
check(:payment.status(id) == :settled, "the ledger outlives its process")
check(Shop.Stock.available("mug-blue") == 38, "levels outlive their process")
{200, cart, _} = get("/cart", session)
check(cart =~ ~s("chair-oak":3), "a cart outlives its process: #{cart}")
{201, _, _} = post("/cart/items", [sku: "tea-assam", quantity: 1], session)

# A partner that does not answer disturbs nobody.
{201, _, _} = post("/webhooks", url: "http://127.0.0.1:1/hook")
{201, _, _} = post("/webhooks", url: "no address at all")
webhooks = Process.whereis(Shop.Notify.Webhooks)
Process.sleep(500)
check(Process.whereis(Shop.Notify.Webhooks) == webhooks, "webhooks live on")

# The back office starts, and its export answers.
{:ok, reports} = Supervisor.start_child(Shop.Core.Supervisor, Shop.Reports.Supervisor)
check(is_pid(reports), "reports start")
{:ok, path} = Shop.Reports.Exporter.export()
check(File.read!(path) =~ "kitchen,3,3750", "the sales file: #{File.read!(path)}")
check(Enum.all?(Shop.Gateway.Metrics.queues(), fn {_name, length} -> length == 0 end), "no queue grows")

# After a stop of everything the order book and the ledger are read again.
apps = [:shop_gateway, :shop_cluster, :shop_core, :payment]
Enum.each(apps, &Application.stop/1)
for app <- Enum.reverse(apps), do: :ok = Application.start(app)
eventually("the order is read again", fn -> match?({200, _, _}, get("/orders/#{id}")) end)
check(:payment.status(id) == :settled, "the ledger is read again")
check(:payment_refunds.open() == [], "nothing is owed")
IO.puts("SHOWN: boots, sells, survives")
