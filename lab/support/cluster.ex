defmodule Lab.Cluster do
  @moduledoc """
  Several real nodes on loopback, without epmd: each has an address of its own, 127.0.0.1 and up, and all listen at the port that the VM of the
  run was given, so that runs beside each other do not meet. The VM of the experiment is no node of the cluster: it speaks with
  the nodes through their standard input and output, whatever the network between them does.
  """

  @cookie :lab

  @doc """
  Starts so many connected nodes, with all modules of the experiment and of the document loaded. `arguments` are given to each emulator,
  such as ["-kernel", "net_ticktime", "4"].
  """
  def start(count, arguments \\ []) do
    nodes = 1..count |> Enum.map(&Task.async(fn -> start_node(&1, arguments) end)) |> Task.await_many(15_000)
    true = connect(nodes)
    nodes
  end

  @doc "Runs a function on a node and returns its value; an exit there is raised here."
  def on(node, fun, timeout \\ 15_000), do: :peer.call(peer(node), :erlang, :apply, [fun, []], timeout)

  @doc """
  Cuts all connections between the groups; they stay cut, whoever tries, until `heal/1`. Within a group all are connected afterwards:
  OTP 25 and later take a group apart when its nodes lose others one by one (kernel: prevent_overlapping_partitions).
  """
  def split(groups) do
    each_cut(groups, fn node, other -> on(node, fn -> :erlang.set_cookie(other, :"cut from #{node}") end) end)
    each_cut(groups, fn node, other -> on(node, fn -> :erlang.disconnect_node(other) end) end)
    Process.sleep(50)
    true = Enum.all?(groups, &connect/1)
    :ok
  end

  defp each_cut(groups, fun) do
    for group <- groups, node <- group, other <- List.flatten(groups) -- group, do: fun.(node, other)
  end

  @doc "Lets the nodes connect again, and connects them."
  def heal(nodes) do
    mend(nodes)
    connect(nodes)
  end

  @doc "Lets the nodes connect again, and leaves it to them."
  def mend(nodes) do
    for node <- nodes, other <- nodes -- [node], do: on(node, fn -> :erlang.set_cookie(other, @cookie) end)
    :ok
  end

  @doc "Connects each node with each; whether that worked."
  def connect(nodes), do: Enum.all?(for node <- nodes, other <- nodes -- [node], do: on(node, fn -> Node.connect(other) end))

  @doc "Stops the operating system's process of a node where it is: its connections stay open and nobody answers."
  def freeze(node), do: signal("-STOP", node)

  def thaw(node), do: signal("-CONT", node)

  @doc "Ends a node as a power cut does."
  def kill(node), do: signal("-KILL", node)

  @doc "Ends all nodes that were started here."
  def stop_all do
    for {{__MODULE__, _node}, {_peer, os_pid}} <- :persistent_term.get(), do: System.cmd("kill", ["-KILL", os_pid], stderr_to_stdout: true)
  end

  defp start_node(number, arguments) do
    {:ok, [[port | _] | _]} = :init.get_argument(:erl_epmd_port)
    paths = Enum.flat_map(:code.get_path(), &[~c"-pa", &1])
    distribution = [~c"-start_epmd", ~c"false", ~c"-erl_epmd_port", port, ~c"-setcookie", ~c"#{@cookie}"]
    interface = [~c"-kernel", ~c"inet_dist_use_interface", ~c"{127,0,0,#{number}}", ~c"-kernel", ~c"logger_level", ~c"none", ~c"+sbwt", ~c"none"]
    args = distribution ++ interface ++ Enum.map(arguments, &String.to_charlist/1) ++ paths
    options = %{name: :"n#{number}", host: ~c"127.0.0.#{number}", longnames: true, connection: :standard_io, args: args}
    {:ok, peer, node} = :peer.start(options)
    os_pid = :peer.call(peer, :os, :getpid, []) |> List.to_string()
    # Whoever ends this VM by force ends the nodes by this list: a frozen one would not notice.
    File.write!(:persistent_term.get(:lab_scratch) <> ".nodes", os_pid <> "\n", [:append])
    :persistent_term.put({__MODULE__, node}, {peer, os_pid})
    {:ok, _} = :peer.call(peer, :application, :ensure_all_started, [:elixir])
    for {module, binary} <- :persistent_term.get(:lab_modules), do: :peer.call(peer, :code, :load_binary, [module, ~c"lab", binary])
    node
  end

  defp peer(node), do: elem(:persistent_term.get({__MODULE__, node}), 0)

  defp signal(signal, node) do
    {_, 0} = System.cmd("kill", [signal, elem(:persistent_term.get({__MODULE__, node}), 1)])
    :ok
  end
end
