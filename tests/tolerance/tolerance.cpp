// How much of a file a review still sees when one token of it is wrong: real files are broken in one place at a time, by leaving
// a random token out, writing it twice or swapping it with the next, and the functions that do not hold the place are looked for
// in what the parser makes of the rest. `tolerance elixir|erlang [--mutations 5000] [--seed 1] [--show N] PATH…` prints the share
// of them whose trees stay what they were, places apart; --show prints the N mutations that cost most. Exits 1 below 95 %.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <unordered_map>

#include "reading.h"

namespace beamwright::tolerance {

std::uint64_t mix(std::uint64_t shape, std::string_view text) {
  shape = mix(shape, text.size());
  for (const char c : text) shape = mix(shape, static_cast<unsigned char>(c));
  return shape;
}

namespace {

constexpr double kTarget = 0.95;
constexpr const char* kOperations[] = {"left out", "written twice", "swapped"};

struct Call {
  const FrontEnd* front_end = nullptr;
  std::size_t mutations = 5000;
  std::uint64_t seed = 1;
  std::size_t show = 0;
  std::vector<std::string> paths;
};

struct File {
  std::string path;
  std::string text;
  std::vector<Slice> tokens;
  std::vector<Definition> definitions;
};

struct Mutation {
  const File* file = nullptr;
  std::size_t token = 0;
  int operation = 0;
  Slice place;
  std::string text;
  std::size_t others = 0;
  std::size_t lost = 0;
};

bool read_call(int argc, char** argv, Call& call) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto number = [&](auto& to) {
      if (++i >= argc) return false;
      const std::string_view digits = argv[i];
      return std::from_chars(digits.data(), digits.data() + digits.size(), to).ec == std::errc();
    };
    if (word == "elixir") {
      call.front_end = &elixir_front_end();
    } else if (word == "erlang") {
      call.front_end = &erlang_front_end();
    } else if (word == "--mutations") {
      if (!number(call.mutations)) return false;
    } else if (word == "--seed") {
      if (!number(call.seed)) return false;
    } else if (word == "--show") {
      if (!number(call.show)) return false;
    } else {
      call.paths.emplace_back(word);
    }
  }
  return call.front_end != nullptr && !call.paths.empty();
}

bool is_source(const std::filesystem::path& path, const FrontEnd& front_end) {
  const std::string extension = path.extension().string();
  if (&front_end == &erlang_front_end()) return extension == ".erl";
  return extension == ".ex" || extension == ".exs";
}

// Files that are whole, and in which there is another function to lose.
std::vector<File> read_files(const Call& call) {
  namespace fs = std::filesystem;
  std::vector<std::string> paths;
  for (const std::string& path : call.paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) paths.push_back(path);
    for (const auto& entry : fs::recursive_directory_iterator(path, error))
      if (entry.is_regular_file(error) && is_source(entry.path(), *call.front_end)) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<File> files;
  for (const std::string& path : paths) {
    File file{path, {}, {}, {}};
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    file.text = text.str();
    Reading reading = call.front_end->read(file.text);
    if (!reading.faultless || reading.definitions.size() < 2) continue;
    file.definitions = std::move(reading.definitions);
    file.tokens = call.front_end->tokens(file.text);
    if (file.tokens.size() >= 2) files.push_back(std::move(file));
  }
  return files;
}

bool is_name(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Neighbours of what is left out stay two tokens.
std::string without(const std::string& text, Slice slice) {
  const bool glues = slice.begin > 0 && slice.end < text.size() && is_name(text[slice.begin - 1]) && is_name(text[slice.end]);
  return text.substr(0, slice.begin) + (glues ? " " : "") + text.substr(slice.end);
}

Mutation mutate(const File& file, std::size_t token, int operation) {
  Mutation mutation{&file, token, operation, file.tokens[token], {}, 0, 0};
  const std::string& text = file.text;
  const Slice at = mutation.place;
  const std::string own = text.substr(at.begin, at.end - at.begin);
  if (operation == 0) {
    mutation.text = without(text, at);
  } else if (operation == 1) {
    mutation.text = text.substr(0, at.end) + " " + own + text.substr(at.end);
  } else {
    const Slice next = file.tokens[token + 1];
    const std::string other = text.substr(next.begin, next.end - next.begin);
    const std::string head = text.substr(0, at.begin);
    const std::string between = text.substr(at.end, next.begin - at.end);
    const std::string tail = text.substr(next.end);
    // Swapped tokens stay tokens of their own.
    const auto gap = [](const std::string& left, const std::string& right) {
      return !left.empty() && !right.empty() && is_name(left.back()) && is_name(right.front()) ? " " : "";
    };
    mutation.text =
        head + gap(head, other) + other + between + gap(between.empty() ? other : between, own) + own + gap(own, tail) + tail;
    mutation.place.end = next.end;
  }
  return mutation;
}

void judge(Mutation& mutation, const FrontEnd& front_end) {
  std::unordered_map<std::uint64_t, std::size_t> found;
  for (const Definition& one : front_end.read(mutation.text).definitions) ++found[one.shape];
  // What was broken may look like any other function by chance: those that hold the place take their pick last.
  for (const Definition& one : mutation.file->definitions) {
    if (one.slice.begin < mutation.place.end && mutation.place.begin < one.slice.end) continue;
    ++mutation.others;
    const auto same = found.find(one.shape);
    if (same == found.end() || same->second == 0) {
      ++mutation.lost;
    } else {
      --same->second;
    }
  }
}

void show(std::vector<Mutation>& mutations, std::size_t count) {
  std::stable_sort(mutations.begin(), mutations.end(), [](const Mutation& a, const Mutation& b) { return a.lost > b.lost; });
  for (std::size_t i = 0; i < count && i < mutations.size() && mutations[i].lost > 0; ++i) {
    const Mutation& one = mutations[i];
    const auto begin = one.file->text.begin();
    const auto line = 1 + std::count(begin, begin + one.place.begin, '\n');
    const std::string text = one.file->text.substr(one.place.begin, std::min<std::size_t>(one.place.end - one.place.begin, 40));
    std::printf("%zu of %zu lost: %s:%ld: %s: %s\n", one.lost, one.others, one.file->path.c_str(), static_cast<long>(line),
                kOperations[one.operation], text == "\n" ? "line end" : text.c_str());
  }
}

int run(const Call& call) {
  const std::vector<File> files = read_files(call);
  if (files.empty()) {
    std::fprintf(stderr, "tolerance: no file with two functions below these paths\n");
    return 2;
  }
  std::mt19937_64 random(call.seed);
  std::vector<Mutation> mutations;
  std::size_t others[3] = {}, lost[3] = {}, harmless = 0;
  while (mutations.size() < call.mutations) {
    const File& file = files[random() % files.size()];
    const std::size_t token = random() % (file.tokens.size() - 1);
    const int operation = static_cast<int>(random() % 3);
    const bool line_end = file.text.compare(file.tokens[token].begin, 1, "\n") == 0;
    if (line_end && operation == 1) continue;  // an empty line more is no fault
    Mutation mutation = mutate(file, token, operation);
    judge(mutation, *call.front_end);
    mutation.text.clear();
    mutation.text.shrink_to_fit();
    others[operation] += mutation.others;
    lost[operation] += mutation.lost;
    harmless += mutation.lost == 0 ? 1 : 0;
    mutations.push_back(std::move(mutation));
  }
  if (call.show > 0) show(mutations, call.show);
  const auto percent = [](std::size_t part, std::size_t whole) {
    return whole == 0 ? 100.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  };
  for (int i = 0; i < 3; ++i)
    std::printf("%s: a token %s: %.2f %% of %zu\n", call.front_end->name, kOperations[i], percent(others[i] - lost[i], others[i]),
                others[i]);
  const std::size_t all = others[0] + others[1] + others[2];
  const std::size_t kept = all - lost[0] - lost[1] - lost[2];
  std::printf(
      "%s: %.2f %% of %zu other functions unchanged by %zu mutations of %zu files; %.1f %% of the mutations change none\n",
      call.front_end->name, percent(kept, all), all, mutations.size(), files.size(), percent(harmless, mutations.size()));
  return percent(kept, all) < 100 * kTarget ? 1 : 0;
}

}  // namespace
}  // namespace beamwright::tolerance

int main(int argc, char** argv) {
  beamwright::tolerance::Call call;
  if (!beamwright::tolerance::read_call(argc, argv, call)) {
    std::fprintf(stderr, "usage: tolerance elixir|erlang [--mutations N] [--seed N] [--show N] PATH...\n");
    return 2;
  }
  return beamwright::tolerance::run(call);
}
