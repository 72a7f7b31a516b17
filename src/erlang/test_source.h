// Erlang source as a test's input: a module and the headers it may include, read from memory.
#pragma once

#include <map>
#include <string>

#include "erlang/dump.h"
#include "erlang/header_cache.h"
#include "erlang/tree.h"

namespace beamwright::erlang {

class TestSource final : public Includes {
 public:
  Options options;
  source::FileTable files;

  TestSource() {
    options.includes = this;
    options.level.otp = 25;
  }

  void header(const std::string& path, const std::string& text) { headers_[path] = add(path, text); }

  Tree parse(const std::string& text) {
    module_ = add("m.erl", text);
    return erlang::parse(module_, files.file(module_).text, options);
  }
  // The module's forms as text, without the file's own -file attribute and the end.
  std::string forms(const std::string& text) {
    Tree tree = parse(text);
    std::erase_if(tree.forms, [](const Form& form) {
      static const Symbol kFile = intern("file");
      return form.node->kind == NodeKind::kEndOfFile || (form.node->kind == NodeKind::kAttribute && form.node->symbol == kFile);
    });
    std::string dump = dump_tree(tree, files);
    dump.erase(0, dump.find('\n') + 1);
    return dump;
  }
  // The body of f() when it is this expression.
  std::string expression(const std::string& text) {
    const std::string dump = forms("f()->" + text + ".");
    const std::string before = "{function,{1,1},f,0,[{clause,{1,1},[],[],[";
    if (!dump.starts_with(before)) return dump;
    return dump.substr(before.size(), dump.size() - before.size() - 6);
  }
  // "line:column message" of every diagnostic.
  std::string diagnostics(const Tree& tree) {
    std::string text;
    for (const source::Diagnostic& diagnostic : tree.diagnostics) {
      const source::Position position = files.position(diagnostic.span.file, diagnostic.span.begin);
      if (!text.empty()) text += '\n';
      text += std::to_string(position.line) + ':' + std::to_string(position.column) + ' ' + diagnostic.message;
    }
    return text;
  }
  std::string diagnostics(const std::string& text) { return diagnostics(parse(text)); }

  Header include(std::string_view path, source::FileId) override {
    const auto found = headers_.find(std::string(path));
    if (found == headers_.end()) return {};
    return {found->second, files.file(found->second).text};
  }
  Header include_lib(std::string_view path, source::FileId from) override { return include(path, from); }
  std::string_view name(source::FileId file) override { return files.file(file).path; }

 private:
  source::FileId add(const std::string& path, const std::string& text) {
    source::SourceFile file;
    file.path = file.absolute_path = path;
    file.language = source::Language::kErlang;
    return files.add_text(std::move(file), text);
  }
  std::map<std::string, source::FileId> headers_;
  source::FileId module_;
};

// Names of the functions of a tree, "f/1 g/2".
inline std::string function_names(const Tree& tree) {
  std::string names;
  for (const Form& form : tree.forms) {
    if (form.node->kind != NodeKind::kFunction) continue;
    if (!names.empty()) names += ' ';
    names += std::string(form.node->symbol.text()) + '/' + std::to_string(form.node->child(0).integer);
  }
  return names;
}

}  // namespace beamwright::erlang
