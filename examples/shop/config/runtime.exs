import Config

config :shop_gateway, port: String.to_integer(System.get_env("SHOP_PORT", "4080"))

config :shop_core,
  data_dir: System.get_env("SHOP_DATA", "data"),
  reports: System.get_env("SHOP_REPORTS") == "1"

config :payment, mode: if(System.get_env("PAYMENT_LIVE") == "1", do: :live, else: :sandbox)
