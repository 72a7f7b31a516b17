import Config

data_dir = System.get_env("SHOP_DATA", "data")

config :shop_gateway, port: String.to_integer(System.get_env("SHOP_PORT", "4080"))

config :shop_core,
  data_dir: data_dir,
  reports: System.get_env("SHOP_REPORTS") == "1"

config :shop_notify, partners_file: Path.join(data_dir, "partners.txt")

config :payment,
  mode: if(System.get_env("PAYMENT_LIVE") == "1", do: :live, else: :sandbox),
  ledger_file: String.to_charlist(Path.join(data_dir, "ledger.log"))
