#include "app/init/json_edit.h"

#include <gtest/gtest.h>

#include <random>

namespace beamwright::app {
namespace {

// A random text of JSON in a random layout.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  std::string object(int depth) { return container(depth, '{', '}'); }

 private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  std::string space() {
    constexpr const char* kSpaces[] = {"", " ", "\n", "\n  ", "\r\n\t", "  \n\n    "};
    return kSpaces[below(6)];
  }

  std::string scalar() {
    constexpr const char* kScalars[] = {
        "1", "-2.5e3", "true", "null", "\"\"", "\"a\\\"]}\"", "\"\\\\\"", "\"// no comment\"", "\"ü\\u00e4\""};
    return kScalars[below(9)];
  }

  std::string value(int depth) {
    const int kind = depth > 0 ? below(4) : 3;
    return kind == 0 ? container(depth - 1, '{', '}') : kind == 1 ? container(depth - 1, '[', ']') : scalar();
  }

  std::string container(int depth, char open, char close) {
    constexpr const char* kKeys[] = {"a", "hooks", "Stop", "x y", "\\\"", "hooks2"};
    std::string out(1, open);
    out += space();
    const int count = below(4);
    for (int i = 0; i < count; ++i) {
      if (i > 0) out += "," + space();
      if (open == '{') out += "\"" + std::string(kKeys[below(6)]) + "\"" + space() + ":" + space();
      out += value(depth) + space();
    }
    return out + close;
  }

  std::mt19937 random_;
};

JsonValue read(std::string_view text) {
  Result<JsonValue> root = read_json(text);
  EXPECT_TRUE(root) << text;
  return root ? *root : JsonValue{};
}

// The way to what was put in last at the end of a way of keys.
std::vector<std::size_t> last_at(const JsonValue& root, const std::vector<std::string>& way) {
  std::vector<std::size_t> indices;
  const JsonValue* at = &root;
  for (const std::string& key : way) {
    const JsonValue* next = at->member(key);
    if (!next) return {};
    indices.push_back(static_cast<std::size_t>(next - at->children.data()));
    at = next;
  }
  indices.push_back(at->children.size() - 1);
  return indices;
}

TEST(JsonEdit, TakesOutOfAnyTextExactlyWhatItPutIn) {
  int put = 0;
  for (unsigned seed = 0; seed < 1500; ++seed) {
    const std::string text = Writer(seed).object(3);
    const JsonValue root = read(text);
    for (const std::vector<std::string>& way : {std::vector<std::string>{}, {"hooks"}, {"hooks", "Stop"}, {"new", "newer"}}) {
      for (const char* name : {"", "put in"}) {
        const Result<std::string> with = insert_json(text, &root, way, name, R"({"command": ["a", "b"], "in": {"x": []}})");
        if (!with) continue;  // something else stands on the way
        ++put;
        const JsonValue now = read(*with);
        const auto without = remove_json(*with, now, last_at(now, way));
        ASSERT_TRUE(without) << text;
        ASSERT_EQ(*without, text) << *with;
      }
    }
  }
  EXPECT_GT(put, 3000);
}

TEST(JsonEdit, MakesAFileAndLeavesNoneBehind) {
  const Result<std::string> made = insert_json(std::nullopt, nullptr, {"hooks", "Stop"}, "", R"({"a": ["b", "c"]})");
  ASSERT_TRUE(made);
  EXPECT_EQ(*made, R"({
  "hooks": {
    "Stop": [
      {
        "a": ["b", "c"]
      }
    ]
  }
}
)");
  const JsonValue root = read(*made);
  EXPECT_EQ(remove_json(*made, root, {0, 0, 0}), std::nullopt);
}

TEST(JsonEdit, SaysWhereAnotherKindStandsOnTheWay) {
  const std::string text = R"({"hooks": {"Stop": {}}})";
  const JsonValue root = read(text);
  const Result<std::string> refused = insert_json(text, &root, {"hooks", "Stop"}, "", "1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), "hooks.Stop is no array");
}

TEST(JsonDocument, NamesLineAndColumnOfWhatIsNoJson) {
  const Result<JsonValue> root = read_json("{\n  \"a\": 1,\n  b\n}\n");
  ASSERT_FALSE(root);
  EXPECT_TRUE(root.error().starts_with("line 3, column 3")) << root.error();
}

// What nlohmann's parser takes, the places are found in; what it refuses is refused.
TEST(JsonDocument, SurvivesEveryCutAndEveryWrongByte) {
  const std::string text = Writer(7).object(3) + " ";
  for (std::size_t at = 0; at < text.size(); ++at) {
    static_cast<void>(read_json(text.substr(0, at)));
    for (const char wrong : {'\0', '"', '{', ']', ',', '\\', '/', '*', '\xff'}) {
      std::string other = text;
      other[at] = wrong;
      static_cast<void>(read_json(other));
      static_cast<void>(read_json(other, true));
    }
  }
  EXPECT_FALSE(read_json(std::string(100000, '[')));
  EXPECT_FALSE(read_json(std::string(100000, '[') + std::string(100000, ']')));
  EXPECT_TRUE(read_json("{} // end", true));
  EXPECT_FALSE(read_json("{} /* end", true));
}

}  // namespace
}  // namespace beamwright::app
