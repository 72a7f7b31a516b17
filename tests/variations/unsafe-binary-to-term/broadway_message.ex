defmodule Depot.Pipeline do
  use Broadway

  alias Broadway.Message

  def handle_message(_processor, %Message{data: data} = message, _context) do
    event = :erlang.binary_to_term(data) # hazard
    Message.put_data(message, Depot.Events.store(event))
  end
end
