// Messages on a stream of bytes: where one ends and the next begins. Editors frame theirs with headers (the base protocol of LSP:
// "Content-Length: N", an empty line, N bytes), coding agents write one a line (the stdio transport of MCP). What arrives may be
// anything: a fault in it costs that message, never the process.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace beamwright::serve {

enum class Framing { kHeaders, kLines };

// A source has at most 32 MiB (source/files.h); escaped as JSON it may be twice as long.
inline constexpr std::size_t kMaxMessageBytes = std::size_t{64} << 20;

// Takes messages from a descriptor. For one thread.
class MessageReader {
 public:
  // `answers`, unless negative, is where the answers go: when nobody is left to read them, nothing more is waited for.
  MessageReader(int descriptor, Framing framing, std::size_t limit = kMaxMessageBytes, int answers = -1)
      : descriptor_(descriptor), framing_(framing), limit_(limit), answers_(answers) {}

  enum class Status {
    kMessage,
    kFault,  // `text` says what was wrong; it has been passed over, and reading goes on behind it
    kEnd,    // nothing more comes: the other side closed, or reading failed
  };
  struct Message {
    Status status = Status::kEnd;
    std::string text;
  };
  // Waits for the next message. Several faults without a message between them are told as one.
  Message next();

 private:
  Message next_framed();
  Message next_line();
  // Makes more bytes available; false at the end.
  bool fill();
  // Waits until there is something to read, or the end of it; false when nobody reads the answers any more.
  bool wait() const;
  // The next line without its end, at most `limit` bytes of it. False at the end of the stream.
  bool take_line(std::string& line, std::size_t limit, bool& too_long);
  bool take_bytes(std::string& out, std::size_t count);
  bool skip_bytes(std::size_t count);

  const int descriptor_;
  const Framing framing_;
  const std::size_t limit_;
  const int answers_;
  std::string buffer_;
  std::size_t at_ = 0;  // of the buffer: what stands before it has been taken
  bool in_fault_ = false;
};

// Writes messages to a descriptor. Safe from all threads: a message is never broken into by another.
class MessageWriter {
 public:
  MessageWriter(int descriptor, Framing framing) : descriptor_(descriptor), framing_(framing) {}

  // False when the other side is gone or stop() was called; every later call is then false at once.
  bool write(std::string_view message);
  // Gives up on a reader that takes nothing: ends a write that waits, and all later ones.
  void stop() { stopped_.store(true); }

 private:
  bool write_all(std::string_view bytes);

  const int descriptor_;
  const Framing framing_;
  std::mutex mutex_;
  std::atomic<bool> stopped_{false};
};

}  // namespace beamwright::serve
