import Config

config :logger, level: :info

config :shop_core,
  catalogue: {:file, "products.csv"},
  rates_url: "http://127.0.0.1:8090/rates.csv",
  reports: false

config :shop_notify,
  smtp_host: '127.0.0.1',
  smtp_port: 2525,
  sender: "shop@example.com"

config :shop_gateway, port: 4080

config :shop_cluster, nodes: []

config :payment,
  mode: :sandbox,
  provider_url: 'https://127.0.0.1:8443/v2'
