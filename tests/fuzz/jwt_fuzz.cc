#include <cstdint>
#include <string>
#include <string_view>

#include "auth/jwt/base64url.h"
#include "auth/jwt/claims.h"
#include "auth/jwt/judge.h"
#include "auth/jwt/token.h"
#include "base/check.h"

// Tokens and JWKS documents of strangers: whatever comes is refused or understood; none is ever found good, as no
// fuzzer can sign. The first byte of the input chooses what the rest is.

using namespace sse;
using namespace sse::jwt;

namespace {

/// The only text of `bytes`.
std::string encoded(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) text += kAlphabet[bits >> (count - 6) & 63U];
  }
  if (count > 0) text += kAlphabet[bits << (6 - count) & 63U];
  return text;
}

KeyRing makeRing() {
  Issuer issuer;
  issuer.rights_claim = "sse";
  issuer.identity_claim = "/user/name";
  issuer.secret = "sixty-four bytes that no fuzzer finds, whatever it tries, 0123456789";
  KeyRing ring;
  ring.entries.push_back({issuer, readKeys(issuer).value()});
  return ring;
}

void tryToken(std::string_view text) {
  static const KeyRing ring = makeRing();
  const auto token = parseToken(text);
  SSE_CHECK(judge(ring, text).kind != Judgement::Kind::Good);
  if (!token.ok()) return;
  const auto payload_at = text.find('.') + 1;
  SSE_CHECK(token.value().signed_text == text.substr(0, text.rfind('.')));
  SSE_CHECK(encoded(token.value().payload) == text.substr(payload_at, text.rfind('.') - payload_at));
  SSE_CHECK(encoded(token.value().signature) == text.substr(text.rfind('.') + 1));
}

/// What is taken of ours is taken of others as well, but for secrets.
void tryKeys(std::string_view text) {
  const auto ours = KeySet::fromJwks(text);
  std::vector<std::string> passed_over;
  const auto foreign = KeySet::fromForeignJwks(text, Algorithm::RS256, passed_over);
  if (!ours.ok()) return;
  SSE_CHECK(foreign.ok() && foreign.value().size() + passed_over.size() == ours.value().size());
}

void tryClaims(std::string_view text) {
  static const KeyRing ring = makeRing();
  const auto claims = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  if (!claims.is_object()) return;
  const auto grant = readClaims(claims, ring.entries[0].issuer);
  if (!grant.ok()) return;
  const Time now{std::chrono::seconds(1'000'000)};
  if (!grant.value().refusal(now) && grant.value().expires) SSE_CHECK(*grant.value().endOfStream(now) > now);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(bytes), size);
  if (input.empty()) return 0;
  const char what = input[0];
  input.remove_prefix(1);
  if (what == 'k') {
    tryKeys(input);
  } else if (what == 'c') {
    tryClaims(input);
  } else if (what == 'h') {
    tryToken(encoded(input) + ".e30.AAAA");
  } else {
    tryToken(input);
  }
  return 0;
}
