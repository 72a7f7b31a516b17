defmodule Shop.Catalogue.Loader do
  @moduledoc """
  Reads the product list: a CSV file in `priv`, or the buyers' publishing service.
  """

  alias Shop.Notify.HttpClient

  @spec load() :: {:ok, %{String.t() => Shop.Catalogue.product()}} | {:error, term()}
  def load do
    with {:ok, text} <- read(Application.fetch_env!(:shop_core, :catalogue)) do
      {:ok, parse(text)}
    end
  end

  defp read({:file, name}) do
    :shop_core
    |> Application.app_dir(Path.join("priv", name))
    |> File.read()
  end

  defp read({:http, url}), do: HttpClient.get(url)

  @doc "Parses the list; the first line names the columns and lines with gaps are left out. Raises on bad numbers."
  @spec parse(String.t()) :: %{String.t() => Shop.Catalogue.product()}
  def parse(text) do
    [_header | lines] = String.split(text, ["\r\n", "\n"], trim: true)

    for line <- lines, [sku, name, price, stock, tags] <- [String.split(line, ",")], into: %{} do
      product = %{
        sku: sku,
        name: name,
        price_cents: String.to_integer(price),
        stock: String.to_integer(stock),
        tags: String.split(tags, ";", trim: true)
      }

      {sku, product}
    end
  end
end
