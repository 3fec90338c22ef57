#include <doctest/doctest.h>
#include <fstream>
#include <set>

#include "auth/jwt/json_object.h"
#include "auth/jwt/key_set.h"

// Wycheproof's vectors, which lie beside the checkout: shared/vectors/wycheproof/README.md there says what they are.

using namespace sse;
using jwt::KeySet;
using Json = nlohmann::json;

namespace {

std::optional<Json> readVectors(const std::string& name) {
  const std::string path = std::string(SSE_SOURCE_DIR) + "/../shared/vectors/wycheproof/" + name;
  std::ifstream file(path);
  if (!file) {
    MESSAGE("not run: there are no vectors at " << path);
    return std::nullopt;
  }
  return Json::parse(file);
}

/// The verifying side of a group: one key or a set of them.
Result<KeySet> keysOf(const Json& group) {
  const auto& key = group.contains("public") ? group["public"] : group["private"];
  return KeySet::fromJwks((key.contains("keys") ? key : Json{{"keys", {key}}}).dump());
}

bool accepts(const Json& group, const Json& vector) {
  const auto keys = keysOf(group);
  if (!keys.ok() || !vector["jws"].is_string()) return false;
  const auto text = vector["jws"].get<std::string>();
  const auto token = jwt::parseToken(text);
  return token.ok() && keys.value().verify(token.value()) == KeySet::Outcome::Good;
}

/// Runs all; of those in `otherwise` the opposite of what the file says must hold. How many ran.
int run(const Json& vectors, const std::set<int>& otherwise) {
  int count = 0;
  for (const auto& group : vectors["testGroups"]) {
    for (const auto& vector : group["tests"]) {
      const int id = vector["tcId"];
      const bool expected = (vector["result"] == "valid") != otherwise.contains(id);
      CAPTURE(id);
      CAPTURE(vector["comment"].get<std::string>());
      CHECK(accepts(group, vector) == expected);
      ++count;
    }
  }
  return count;
}

}  // namespace

TEST_CASE("Wycheproof's signature vectors are told apart") {
  const auto vectors = readVectors("json_web_signature_test.json");
  if (!vectors) return;
  // 346, 350: PS384 by a key whose alg is PS256. 347, 351: a key whose alg is "ES521", which is no algorithm.
  // 372, 373: a question mark within base64url. 367, 370: called invalid, but the very text of 357, which is valid.
  CHECK(run(*vectors, {346, 347, 350, 351, 367, 370, 372, 373}) == 401);
}

TEST_CASE("Wycheproof's key vectors are told apart") {
  auto vectors = readVectors("json_web_key_test.json");
  if (!vectors) return;
  CHECK(run(*vectors, {}) == 26);
}
