#include "discovery/gossip/label.h"

namespace sse::gossip {

std::string labelHeader(std::string_view label) {
  if (label.empty()) return {};
  return std::string{kLabelByte, static_cast<char>(label.size())}.append(label);
}

}  // namespace sse::gossip
