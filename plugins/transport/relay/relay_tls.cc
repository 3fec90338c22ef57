#include "transport/relay/relay.h"

namespace sse::relay {

Result<void> Relay::takeTls(const Settings& settings) {
  auto tls = PeerTls::from(settings, *host_);
  if (!tls.ok()) return tls.error();
  if (tls->only() && !settings.list("relay.original_nodes").empty()) {
    return Error{Code::InvalidArgument,
                 "relay.original_nodes: nodes of davidsbond/sse-cluster know no TLS, and peers are dialed by it alone: "
                 "expected none, or relay.tls to be prefer or off"};
  }
  tls_ = std::move(*tls);
  return {};
}

/// Links that are up keep their certificates: whoever is dialed or dials from now on meets the new ones.
Result<void> Relay::reload(std::string_view settings_json) { return takeTls(Settings(settings_json)); }

}  // namespace sse::relay
