// One command of the program: its words on the command line and what it does.
#pragma once

namespace CLI {
class App;
}

namespace beamwright::app {

class Command {
 public:
  Command() = default;
  Command(const Command&) = delete;  // the parser keeps the addresses of the members
  Command& operator=(const Command&) = delete;
  virtual ~Command() = default;
  // Adds the command to the program's words.
  virtual void add_to(CLI::App& app) = 0;
  // Whether this is the command that was called.
  bool parsed() const;
  // Does it. Gives the exit code.
  virtual int run() = 0;

 protected:
  CLI::App* command_ = nullptr;  // set by add_to
};

}  // namespace beamwright::app
