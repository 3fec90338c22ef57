#pragma once

#include <algorithm>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "codec_support.h"

/// The captured messages of vectors/vectors.json.
namespace sse::gossip::test {

/// The bytes of a field of a vector: text, {"hex": …} or nil.
inline std::string bytesOf(const nlohmann::json& value) {
  if (value.is_null()) return {};
  return value.is_object() ? unhex(value["hex"].get<std::string>()) : value.get<std::string>();
}

/// A vector with its layers as settings.
struct VectorCase {
  std::string bytes;
  WireSettings settings = plain();
  bool crc = false;
  bool label_shown = false;
  nlohmann::json inner;  ///< the message or compound

  explicit VectorCase(const nlohmann::json& vector)
      : bytes(unhex(vector["hex"].get<std::string>())), inner(vector["decoded"]) {
    if (vector.contains("key")) settings.keys = keys(vector["key"].get<std::string>());
    settings.label = vector.value("authenticated_label", "");
    for (; inner.contains("inner"); inner = nlohmann::json(inner["inner"])) takeLayer(inner["type"]);
  }

  void takeLayer(const std::string& type) {
    if (type == "crc") crc = true;
    if (type == "compress") settings.compress = true;
    if (type == "label") {
      settings.label = inner["label"];
      label_shown = true;
    }
    if (!inner.contains("nonce")) return;
    Nonce nonce{};
    const auto given = unhex(inner["nonce"].get<std::string>());
    std::copy(given.begin(), given.end(), nonce.begin());
    settings.nonces = [nonce] { return nonce; };
    settings.encryption_version = inner["version"];
  }
};

inline nlohmann::json vectors() {
  std::ifstream file(SSE_SOURCE_DIR "/tests/plugins/discovery/gossip/vectors/vectors.json");
  return nlohmann::json::parse(file)["messages"];
}

}  // namespace sse::gossip::test
