defmodule Shop.Umbrella.MixProject do
  use Mix.Project

  def project do
    [
      apps_path: "apps",
      version: "1.8.2",
      start_permanent: Mix.env() == :prod,
      deps: []
    ]
  end
end
