defmodule ShopCore.MixProject do
  use Mix.Project

  def project do
    [
      app: :shop_core,
      version: "1.8.2",
      build_path: "../../_build",
      config_path: "../../config/config.exs",
      deps_path: "../../deps",
      lockfile: "../../mix.lock",
      elixir: "~> 1.14",
      start_permanent: Mix.env() == :prod,
      deps: deps()
    ]
  end

  def application do
    [
      extra_applications: [:logger],
      mod: {Shop.Core.Application, []}
    ]
  end

  defp deps do
    [
      {:payment, in_umbrella: true},
      {:shop_notify, in_umbrella: true}
    ]
  end
end
