// What configuration gives the keys of applications: config/*.exs, sys.config and config/*.config, `env:` of a mix.exs, and what
// applications' own files set (env of *.app.src, PROJECT_ENV of erlang.mk). All of it is read, none of it run. Which of several
// values holds on a node is decided there, so each is possible (Elixir's Config and Mix.Tasks.Compile.App, OTP's application and
// config documents).
#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

// One value of a key, or, where it comes from a file that is no source, one scalar of it.
struct Configured {
  enum Kind : std::uint8_t { kWritten, kAtom, kInteger, kText };
  Kind kind = kWritten;
  source::ProjectId project;
  ExprRef value;            // kWritten: the whole value
  Symbol text;              // kAtom, kText
  std::int64_t number = 0;  // kInteger
  Symbol inner;             // the scalar stands under this key of a list of pairs; 0: it stands alone
  bool item = false;        // the scalar is an element of a list
};

// A call that reads a key: Application.get_env, application:get_env and their relatives.
struct SettingRead {
  Symbol application;
  Symbol key;
  Symbol inner;          // Application.compile_env(:shop, [Shop.Mail, :client]): the key inside
  ExprId fallback;       // given in the call, if any
  bool wrapped = false;  // the answer is {ok, Value} or something else
};

class Configuration {
 public:
  // `applications` may be null.
  Configuration(const model::Program& program, const std::vector<source::Application>* applications);

  std::span<const Configured> of(Symbol application, Symbol key) const;
  // What a call reads; nothing when it is no such call or its key is not written.
  std::optional<SettingRead> read_by(const model::Unit& unit, ExprId call) const;

 private:
  struct Owner {
    std::string folder;  // with a slash at the end, or empty
    Symbol name;
  };

  static std::uint64_t key_of(Symbol application, Symbol key) { return (std::uint64_t{application.index} << 32) | key.index; }
  void add(Symbol application, Symbol key, const Configured& value) { values_[key_of(application, key)].push_back(value); }
  void read_configuration(UnitId id);
  void read_mix(UnitId id);
  void read_application(const source::Application& application);
  Symbol application_of(const model::Unit& unit) const;

  const model::Program& program_;
  std::unordered_map<std::uint64_t, std::vector<Configured>> values_;
  std::vector<Owner> owners_;
};

}  // namespace beamwright::analysis
