defmodule Shop.Reader do
  def read(path) do
    me = self()
    pid = spawn_link(fn -> send(me, {self(), File.read!(path)}) end)

    # hazard
    receive do
      {^pid, text} -> text
    end
  end
end
