// The texts that an editor holds, as its notifications tell them: opened, changed by parts, closed.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "serve/positions.h"
#include "serve/rpc.h"

namespace beamwright::serve {

// "file:///a%20b" → "/a b", with links resolved as far as the path is there; empty for any other scheme.
std::string path_of_uri(std::string_view uri);
std::string uri_of_path(std::string_view path);

struct Document {
  std::string uri;   // as the client writes it
  std::string path;  // absolute, without links; empty where it is no file
  std::int64_t version = 0;
  std::string text;
};

class Documents {
 public:
  // Each throws RpcError when the params are not what the protocol says.
  const Document& open(const Json& params);
  const Document& change(const Json& params, Encoding encoding);
  // The path of the document that is open no more.
  std::string close(const Json& params);

  // Null when it is not open.
  const Document* find(std::string_view uri) const;
  const Document* find_path(std::string_view path) const;
  const std::map<std::string, Document, std::less<>>& all() const { return by_uri_; }

 private:
  std::map<std::string, Document, std::less<>> by_uri_;
};

// Parts of params that several messages share. They throw RpcError when the part is not there or of another kind.
const std::string& text_at(const Json& object, std::string_view key);
const Json& object_at(const Json& object, std::string_view key);
Place read_place(const Json& json);

}  // namespace beamwright::serve
