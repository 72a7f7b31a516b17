defmodule Beamwright.MixProject do
  use Mix.Project

  def project do
    [
      app: :beamwright,
      version: "0.1.0",
      elixir: "~> 1.12",
      description: "mix beamwright: reviews Elixir and Erlang backends with the Beamwright binary",
      package: [licenses: ["Apache-2.0"], links: %{}, files: ~w(lib priv mix.exs README.md)],
      deps: []
    ]
  end

  def application do
    # For the download alone, which happens only where a base_url is set.
    [extra_applications: [:crypto, :inets, :public_key, :ssl]]
  end
end
