#include "auth/webhook/config.h"

#include <Poco/URI.h>
#include <algorithm>

#include "sse/config.h"

namespace sse::webhook {
namespace {

constexpr std::size_t kMaxHeaders = 32;
constexpr std::size_t kMaxUrl = 4096;

Error wrong(const std::string& key, const std::string& text) { return {Code::InvalidArgument, key + ": " + text}; }

bool isVisible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

/// RFC 9110 5.6.2.
bool isToken(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
  });
}

Result<Poco::URI> readUrl(const std::string& text) {
  const auto refuse = [&](const char* expected) { return wrong("webhook.url", std::string("expected ") + expected); };
  if (text.empty()) return refuse("an http or https URL, got none");
  if (text.size() > kMaxUrl || !isVisible(text)) return refuse("at most 4096 printable characters without spaces");
  Poco::URI url;
  try {
    url = Poco::URI(text);
  } catch (const std::exception&) {
    return refuse("an http or https URL");
  }
  if (url.getScheme() != "http" && url.getScheme() != "https") return refuse("an http or https URL");
  if (url.getHost().empty() || url.getPort() == 0) return refuse("a URL with a host");
  if (!url.getUserInfo().empty()) return refuse("a URL without user and password: say webhook.secret instead");
  if (url.getHost().find_first_of("/\\@?#%") != std::string::npos) return refuse("a URL with a host");
  return url;
}

Result<std::vector<std::string>> readHeaders(const std::vector<std::string>& names) {
  std::vector<std::string> headers;
  for (auto name : names) {
    if (!isToken(name)) return wrong("webhook.headers", "expected names of headers, got \"" + name + "\"");
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    if (std::find(headers.begin(), headers.end(), name) == headers.end()) headers.push_back(std::move(name));
  }
  if (headers.size() > kMaxHeaders) return wrong("webhook.headers", "expected at most 32 names");
  return headers;
}

Result<Endpoint> readEndpoint(const Settings& settings, Host& host) {
  const auto url = readUrl(settings.string("webhook.url"));
  if (!url.ok()) return url.error();
  Endpoint endpoint;
  endpoint.host = url->getHost();
  endpoint.port = url->getPort();
  const std::string authority = url->getAuthority();
  const std::string path = url->getPathAndQuery().empty() ? "/" : url->getPathAndQuery();
  endpoint.shown = url->getScheme() + "://" + authority + path.substr(0, path.find('?'));
  endpoint.head = "POST " + (path.front() == '/' ? path : "/" + path) + " HTTP/1.1\r\nHost: " + authority +
                  "\r\nUser-Agent: sse-cluster\r\nAccept: application/json\r\nContent-Type: application/json\r\n";
  const std::string secret = settings.string("webhook.secret");
  if (!isVisible(secret)) return wrong("webhook.secret", "expected printable characters without spaces");
  if (!secret.empty()) endpoint.head += "Authorization: Bearer " + secret + "\r\n";
  const bool secure = url->getScheme() == "https";
  const std::string ca_file = settings.string("webhook.ca_file");
  if (!secure && ca_file.empty()) return endpoint;
  auto tls = host.tlsClient({.options = "webhook", .ca_file = ca_file});
  if (!tls.ok()) return tls.error();
  if (secure) endpoint.tls = std::move(*tls);
  return endpoint;
}

}  // namespace

Result<Config> readConfig(std::string_view settings_json, Host& host) {
  const Settings settings(settings_json);
  auto endpoint = readEndpoint(settings, host);
  if (!endpoint.ok()) return endpoint.error();
  auto headers = readHeaders(settings.list("webhook.headers"));
  if (!headers.ok()) return headers.error();
  Config config;
  config.endpoint = std::move(*endpoint);
  config.headers = std::move(*headers);
  config.timeout = settings.duration("webhook.timeout");
  config.connections = static_cast<std::size_t>(settings.integer("webhook.connections"));
  config.queue = static_cast<std::size_t>(settings.integer("webhook.queue"));
  config.cache_entries = static_cast<std::size_t>(settings.integer("webhook.cache_entries"));
  config.max_age = settings.duration("webhook.max_age");
  config.refusal_max_age = settings.duration("webhook.refusal_max_age");
  config.fails_open = settings.string("webhook.on_failure") == "open";
  config.anonymous = settings.boolean("webhook.anonymous");
  return config;
}

}  // namespace sse::webhook
