#include "client/url.h"

#include <Poco/Exception.h>
#include <Poco/NumberFormatter.h>
#include <Poco/URI.h>
#include <algorithm>
#include <string_view>

namespace sse::client {
namespace {

Error wrong(const std::string& found) {
  return {Code::InvalidArgument, "url: expected http[s]://host[:port]/path, got " + found};
}

/// No blank, control character or byte beyond ASCII.
bool plain(char c) { return c > 0x20 && c < 0x7f; }

std::string encoded(std::string_view target) {
  std::string out = target.starts_with('/') ? "" : "/";
  for (const char c : target) {
    out += plain(c) ? std::string(1, c) : "%" + Poco::NumberFormatter::formatHex(static_cast<unsigned char>(c), 2);
  }
  return out;
}

}  // namespace

std::string Url::shown() const {
  const auto name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return (tls ? "https://" : "http://") + name + ":" + std::to_string(port) + target.substr(0, target.find('?'));
}

Result<Url> parseUrl(const std::string& text) {
  const auto scheme = std::min(text.find("://"), text.size());
  const auto name = text.substr(0, scheme);
  if (scheme == text.size() || (name != "http" && name != "https")) return wrong("\"" + text + "\"");

  const std::string_view rest = std::string_view(text).substr(scheme + 3);
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string authority(rest.substr(0, end));
  if (!std::ranges::all_of(authority, plain)) return wrong("a host with blanks or characters beyond ASCII");
  if (authority.find('@') != std::string::npos) return wrong("a user name; give a token by --token");
  try {
    Poco::URI uri;
    uri.setScheme(name);
    uri.setAuthority(authority);
    if (uri.getHost().empty()) return wrong("no host");
    if (uri.getPort() == 0) return wrong("port 0");
    const auto target = rest.substr(end, rest.find('#', end) - end);
    return Url{uri.getHost(), uri.getPort(), name == "https", encoded(target)};
  } catch (const Poco::Exception& problem) {
    return wrong("\"" + authority + "\": " + problem.displayText());
  }
}

}  // namespace sse::client
