#include "bench/bearer.h"

#include <array>
#include <ctime>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace sse::bench {

namespace {

constexpr long kHour = 3600;

/// RFC 4648 section 5, without padding.
std::string base64url(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  text.resize(text.find_last_not_of('=') + 1);
  return text;
}

}  // namespace

std::string bearerToken() {
  const std::string claims = R"({"sub":"bench","sse":{"publish":["*"],"subscribe":["*"]},"exp":)" +
                             std::to_string(std::time(nullptr) + kHour) + "}";
  const std::string text = base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(claims);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), kJwtSecret.data(), static_cast<int>(kJwtSecret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  return text + "." + base64url({reinterpret_cast<const char*>(mac.data()), size});
}

}  // namespace sse::bench
