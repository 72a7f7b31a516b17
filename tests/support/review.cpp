#include "support/review.h"

#include "analysis/instances.h"
#include "elixir/tree.h"
#include "erlang/tree.h"
#include "knowledge/knowledge.h"
#include "lower/lower.h"
#include "rules/run.h"
#include "source/manifest.h"
#include "source/walk.h"

namespace beamwright::tests {

namespace {

source::SourceFile describe(const Text& text) {
  source::SourceFile file;
  file.path = text.path;
  file.absolute_path = "/" + text.path;
  file.language = text.path.ends_with(".erl") ? source::Language::kErlang : source::Language::kElixir;
  const bool test = text.path.starts_with("test/") || text.path.find("/test/") != std::string::npos;
  file.role = test ? source::Role::kTest : text.path.ends_with(".exs") ? source::Role::kScript : source::Role::kReviewed;
  file.project = source::ProjectId(0);
  return file;
}

std::unique_ptr<model::Unit> read(const source::SourceFile& file, source::Diagnostics& diagnostics) {
  const auto take = [&](const source::Diagnostics& found) { diagnostics.insert(diagnostics.end(), found.begin(), found.end()); };
  if (file.language == source::Language::kErlang) {
    const erlang::Tree tree = erlang::parse(file.id, file.text);
    take(tree.diagnostics);
    return lower::lower_erlang(file, tree);
  }
  elixir::Options options;
  options.token_metadata = false;
  const elixir::Tree tree = elixir::parse(file.id, file.text, options);
  take(tree.diagnostics);
  return lower::lower_elixir(file, tree);
}

source::Application application_of(const Text& text) {
  source::Manifest manifest;
  source::read_application_file(text.text, manifest);
  source::Application application;
  application.name = manifest.name;
  application.path = source::folder_of(source::folder_of(text.path));
  application.callback = manifest.callback;
  application.project = source::ProjectId(0);
  application.kind = manifest.kind;
  application.environment = manifest.environment;
  return application;
}

void add_configuration(const Text& text, std::vector<source::Application>& applications) {
  source::Manifest manifest;
  source::read_node_configuration(text.text, manifest);
  if (applications.empty()) applications.emplace_back();
  std::vector<source::EnvironmentValue>& environment = applications.front().environment;
  environment.insert(environment.end(), manifest.environment.begin(), manifest.environment.end());
}

}  // namespace

ReviewedTexts review_texts(const std::vector<Text>& texts) {
  ReviewedTexts reviewed;
  reviewed.files = std::make_unique<source::FileTable>();
  std::vector<std::unique_ptr<model::Unit>> units;
  for (const Text& text : texts) {
    const bool application = text.path.ends_with(".app.src");
    if (application || source::is_node_configuration(text.path)) {
      if (!reviewed.applications) reviewed.applications = std::make_unique<std::vector<source::Application>>();
      if (application) reviewed.applications->push_back(application_of(text));
      if (!application) add_configuration(text, *reviewed.applications);
      continue;
    }
    const source::FileId id = reviewed.files->add_text(describe(text), text.text);
    units.push_back(read(reviewed.files->file(id), reviewed.diagnostics));
  }
  reviewed.program =
      analysis::with_instances(model::link(std::move(units), *reviewed.files), knowledge::Knowledge::embedded(), 1);
  reviewed.facts = analysis::analyse(reviewed.program, knowledge::Knowledge::embedded(), 1, reviewed.applications.get());
  reviewed.findings = rules::run_all(reviewed.program, reviewed.facts, 1, reviewed.failures);
  return reviewed;
}

std::uint32_t line_of(const ReviewedTexts& reviewed, const findings::Finding& finding) {
  return reviewed.files->position(finding.span.file, finding.span.begin).line;
}

}  // namespace beamwright::tests
