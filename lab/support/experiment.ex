defmodule Lab.Experiment do
  @moduledoc """
  What an experiment is: a module that says what it measures and what must hold, and measures one variant.

      defmodule Lab.Supervision.BootOrder do
        use Lab.Experiment,
          measures: "starts of the tree that fail, of five",
          unit: "starts",
          holds: "hazard == 5 and fix == 0"

        def run(_variant), do: count(5, fn -> not starts?() end)
      end

  `run/1` is given :hazard or :fix and returns a number, or a list of numbers of which the median counts. The modules of the document
  are compiled and loaded when it is called, in a VM of its own; modules that stand for a library or a foreign service are
  defined in the experiment's file, beside the experiment. `holds` is judged with the medians of several runs.

  Options: `limit`, a figure that the measuring helpers never exceed (a wait that was given up is shown as "more than"); `seconds`, how long a
  run may take before it is killed, 20 unless said; `note`, one sentence for the table where the figure needs it.
  """

  defmacro __using__(options) do
    for key <- [:measures, :unit, :holds], do: Keyword.fetch!(options, key)

    quote do
      import Lab.Measure
      def __lab__, do: Map.new(unquote(options))
    end
  end
end
