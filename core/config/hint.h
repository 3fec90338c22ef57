#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sse::config {

/// How many letters must be inserted, left out, replaced or swapped with their neighbour to make `b` of `a`.
std::size_t editDistance(std::string_view a, std::string_view b);

/// The candidate most like `name`, case aside; empty where none is near enough to be a slip of the keyboard.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace sse::config
