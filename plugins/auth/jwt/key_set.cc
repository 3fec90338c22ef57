#include "auth/jwt/key_set.h"

#include <algorithm>

#include "auth/jwt/json_object.h"

namespace sse::jwt {
namespace {

Error wrong(std::string text) { return {Code::InvalidArgument, std::move(text)}; }

}  // namespace

bool KeySet::hasSecret() const {
  return std::any_of(keys_.begin(), keys_.end(), [](const Key& key) { return key.symmetric(); });
}

Result<KeySet> KeySet::fromJwks(std::string_view text, Algorithm rsa) {
  const auto document = parseObject(text);
  if (!document) return wrong("expected a JWKS: a JSON object that names no member twice");
  const auto keys = document->find("keys");
  if (keys == document->end() || !keys->is_array()) return wrong("keys: expected an array");
  if (keys->size() > kMaxKeys) return wrong("keys: expected at most " + std::to_string(kMaxKeys));
  KeySet set;
  for (std::size_t i = 0; i < keys->size(); ++i) {
    auto key = Key::fromJwk((*keys)[i], rsa);
    if (!key.ok() && key.error().code == Code::Unsupported) continue;
    if (!key.ok()) return wrong("keys[" + std::to_string(i) + "]: " + key.error().text);
    const auto same = [&](const Key& other) {
      return other.id() && other.id() == key->id() && other.algorithm() == key->algorithm();
    };
    if (std::any_of(set.keys_.begin(), set.keys_.end(), same)) {
      return wrong("keys[" + std::to_string(i) + "].kid: another key has it");
    }
    set.add(std::move(*key));
  }
  const auto secrets =
      std::count_if(set.keys_.begin(), set.keys_.end(), [](const Key& key) { return key.symmetric(); });
  if (secrets != 0 && static_cast<std::size_t>(secrets) != set.size()) {
    return wrong("keys: expected either secrets or public keys, got both");
  }
  return set;
}

KeySet::Outcome KeySet::verify(const Token& token) const {
  std::size_t tries = 0;
  for (const Key& key : keys_) {
    if (key.algorithm() != token.algorithm) continue;
    if (token.key_id && key.id() && key.id() != token.key_id) continue;
    if (key.verify(token.signed_text, token.signature)) return Outcome::Good;
    if (++tries == kMaxTries) break;
  }
  return tries == 0 ? Outcome::UnknownKey : Outcome::Bad;
}

}  // namespace sse::jwt
