#include "transport/relay/peer_tls.h"

#include <algorithm>
#include <chrono>

namespace sse::relay {
namespace {

constexpr const char* kFiles[] = {"relay.ca_file", "relay.client_certificate", "relay.client_key"};

}  // namespace

Result<PeerTls> PeerTls::from(const Settings& settings, Host& host) {
  PeerTls tls;
  const auto how = settings.string("relay.tls");
  tls.server_name = settings.string("relay.server_name");
  tls.client_names = settings.list("relay.client_names");
  tls.or_plain = how == "prefer";
  const bool used = !(how.empty() || how == "off" || (how == "auto" && !host.node().http_tls));
  // A file that cannot be read is told before it is needed.
  const bool named = std::ranges::any_of(kFiles, [&](const char* key) { return settings.has(key); });
  if (!used && !named) return tls;
  auto client = host.tlsClient({"relay", settings.string("relay.ca_file"), settings.string("relay.client_certificate"),
                                settings.string("relay.client_key")});
  if (!client.ok()) return client.error();
  if (used) tls.client = std::move(*client);
  return tls;
}

std::string PeerTls::refusalOf(const ClientCertificate* shown) const {
  if (client_names.empty()) return {};
  if (shown == nullptr) return "a client certificate is expected (relay.client_certificate), got none";
  if (std::chrono::system_clock::now() >= shown->expires) return "the client certificate has expired";
  const auto listed = [&](const std::string& name) {
    return std::ranges::find(client_names, name) != client_names.end();
  };
  if (std::ranges::any_of(shown->names, listed)) return {};
  return "the client certificate of " + shown->names.front() + " has none of the names in relay.client_names";
}

}  // namespace sse::relay
