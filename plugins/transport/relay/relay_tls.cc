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

}  // namespace sse::relay
