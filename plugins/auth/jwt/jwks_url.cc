#include "auth/jwt/jwks_url.h"

#include <Poco/URI.h>
#include <algorithm>

#include "sse/addresses.h"

namespace sse::jwt {
namespace {

constexpr std::size_t kMaxUrl = 4096;

bool isVisible(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

Result<JwksUrl> readJwksUrl(const std::string& text) {
  const auto refuse = [](const char* expected) { return Error{Code::InvalidArgument, expected}; };
  if (text.size() > kMaxUrl || !isVisible(text)) {
    return refuse("expected a URL of at most 4096 printable characters without spaces");
  }
  Poco::URI url;
  try {
    url = Poco::URI(text);
  } catch (const std::exception&) {
    return refuse("expected an http or https URL");
  }
  if (!url.getUserInfo().empty()) return refuse("expected a URL without user and password, which are not sent");
  if (url.getHost().empty() || url.getPort() == 0) return refuse("expected a URL with a host");
  if (url.getHost().find_first_of("/\\@?#%") != std::string::npos) return refuse("expected a URL with a host");
  const auto path = url.getPathAndQuery();
  return JwksUrl{url.getScheme() + "://" + url.getAuthority() + path.substr(0, path.find('?')),
                 url.getScheme() == "http" && !isLoopbackHost(url.getHost())};
}

}  // namespace sse::jwt
