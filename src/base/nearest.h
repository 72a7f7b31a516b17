// Which of the known words somebody meant who wrote another one: for messages about commands, keys and names that do not exist.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace beamwright {

// How many letters must be added, removed or changed to make one word of the other (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b);

// The known word nearest to the wanted one; empty when none is near enough to be meant (more than a third of it differs).
std::string_view nearest_word(std::string_view wanted, std::span<const std::string_view> known);

}  // namespace beamwright
