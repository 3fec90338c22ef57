#include "auth/jwt/key_set.h"

#include <algorithm>

#include "auth/jwt/json_object.h"

namespace sse::jwt {
namespace {

Error wrong(std::string text) { return {Code::InvalidArgument, std::move(text)}; }

}  // namespace

bool KeySet::holds(const Key& key) const {
  return key.id() && std::any_of(keys_.begin(), keys_.end(), [&](const Key& other) {
           return other.id() == key.id() && other.algorithm() == key.algorithm();
         });
}

Result<KeySet> KeySet::read(std::string_view text, Algorithm rsa, std::vector<std::string>* passed_over) {
  const auto document = parseObject(text);
  if (!document) return wrong("expected a JWKS: a JSON object that names no member twice");
  const auto keys = document->find("keys");
  if (keys == document->end() || !keys->is_array()) return wrong("keys: expected an array");
  if (keys->size() > kMaxKeys) return wrong("keys: expected at most " + std::to_string(kMaxKeys));
  KeySet set;
  for (std::size_t i = 0; i < keys->size(); ++i) {
    auto key = Key::fromJwk((*keys)[i], rsa);
    if (!key.ok() && key.error().code == Code::Unsupported) continue;
    std::string problem;
    if (!key.ok()) {
      problem = ": " + key.error().text;
    } else if (set.holds(*key)) {
      problem = ".kid: another key has it";
    } else if (passed_over != nullptr && key->symmetric()) {
      // Whoever can read the document could sign tokens with it.
      problem = ": expected a public key, got a secret";
    }
    if (problem.empty()) {
      set.add(std::move(*key));
      continue;
    }
    problem.insert(0, "keys[" + std::to_string(i) + "]");
    if (passed_over == nullptr) return wrong(std::move(problem));
    passed_over->push_back(std::move(problem));
  }
  return set;
}

Result<KeySet> KeySet::fromJwks(std::string_view text, Algorithm rsa) {
  auto set = read(text, rsa, nullptr);
  if (!set.ok()) return set;
  const auto secrets =
      std::count_if(set->keys_.begin(), set->keys_.end(), [](const Key& key) { return key.symmetric(); });
  if (secrets != 0 && static_cast<std::size_t>(secrets) != set->size()) {
    return wrong("keys: expected either secrets or public keys, got both");
  }
  return set;
}

Result<KeySet> KeySet::fromForeignJwks(std::string_view text, Algorithm rsa, std::vector<std::string>& passed_over) {
  return read(text, rsa, &passed_over);
}

KeySet::Outcome KeySet::verify(const Token& token) const {
  const bool slow = token.algorithm == Algorithm::ES384 || token.algorithm == Algorithm::ES512;
  const std::size_t most = slow ? kMaxSlowTries : kMaxTries;
  std::size_t tries = 0;
  for (const Key& key : keys_) {
    if (key.algorithm() != token.algorithm) continue;
    if (token.key_id && key.id() && key.id() != token.key_id) continue;
    if (key.verify(token.signed_text, token.signature)) return Outcome::Good;
    if (++tries == most) break;
  }
  return tries == 0 ? Outcome::UnknownKey : Outcome::Bad;
}

}  // namespace sse::jwt
