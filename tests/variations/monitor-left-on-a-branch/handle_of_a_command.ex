defmodule Shop.Command do
  defstruct [:worker, :down, :key]

  def run(program) do
    key = make_ref()
    {:ok, worker} = Shop.Command.Worker.start(self(), key, program)
    down = Process.monitor(worker)
    %__MODULE__{worker: worker, down: down, key: key}
  end

  def await_exit(command) do
    %__MODULE__{down: down, key: key} = command

    receive do
      # hazard
      {^key, status} -> status
      {:DOWN, ^down, :process, _, reason} -> exit(reason)
    end
  end
end
