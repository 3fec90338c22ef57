#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// The label in front of packets and streams (docs/memberlist.md section 9). [any]
namespace sse::gossip {

inline constexpr char kLabelByte = '\xf4';
inline constexpr std::size_t kLabelHead = 2;  ///< the type byte and the length
inline constexpr std::size_t kMaxLabel = 255;

/// The header of the label; empty for no label.
std::string labelHeader(std::string_view label);

}  // namespace sse::gossip
