// Putting an entry into a JSON text and taking it out again, without another byte of it being changed: key order, indentation and
// line ends stay its owner's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/init/json_document.h"

namespace beamwright::app {

// The text with `value` as the last member called `name` of the object at the end of `way` (keys from the root down), or, without
// a name, as the last element of the array there. What is missing on the way is made. Without a text it is a new file. The error
// says that something on the way is of another kind.
Result<std::string> insert_json(std::optional<std::string_view> text, const JsonValue* root, const std::vector<std::string>& way,
                                std::string_view name, std::string_view value);

// The text without a child, given as indices from the root down. A container that insert_json made is taken out too once it is
// empty; nothing is left when that is all of the text.
std::optional<std::string> remove_json(std::string_view text, const JsonValue& root, const std::vector<std::size_t>& child);

}  // namespace beamwright::app
