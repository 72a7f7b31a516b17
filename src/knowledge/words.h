// The closed vocabularies of the data files, and the help for someone who misspelt one of their words.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "knowledge/knowledge.h"

namespace beamwright::knowledge {

std::span<const std::string_view> effect_words();
std::span<const std::string_view> resource_words();
std::span<const std::string_view> runs_words();
std::span<const std::string_view> process_words();
std::span<const std::string_view> role_words();
std::span<const std::string_view> input_words();

// The place of the word in the vocabulary.
std::optional<std::size_t> place_of(std::span<const std::string_view> words, std::string_view word);

// "unknown effect 'htpp'; did you mean 'http'?", or the whole vocabulary where nothing is near.
std::string unknown_word(std::string_view kind, std::string_view word, std::span<const std::string_view> words);

}  // namespace beamwright::knowledge
