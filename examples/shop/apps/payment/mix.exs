defmodule Payment.MixProject do
  use Mix.Project

  # The application is Erlang; rebar3 builds it from src/payment.app.src, the umbrella through this file.
  def project do
    [
      app: :payment,
      version: "1.8.2",
      language: :erlang,
      build_path: "../../_build",
      config_path: "../../config/config.exs",
      deps_path: "../../deps",
      lockfile: "../../mix.lock",
      start_permanent: Mix.env() == :prod,
      erlc_options: [:debug_info, :warn_unused_vars],
      deps: []
    ]
  end

  def application do
    [
      extra_applications: [:inets, :ssl, :crypto],
      registered: [:payment_sup, :payment_server, :payment_ledger, :payment_fraud, :payment_tokens, :payment_refunds],
      mod: {:payment_app, []}
    ]
  end
end
