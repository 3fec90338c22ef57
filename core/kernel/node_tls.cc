#include "kernel/running_node.h"
#include "net/tls_context.h"

namespace sse::kernel {

Result<std::shared_ptr<const net::TlsContext>> RunningNode::readTls(const config::Values& values) const {
  auto settings = net::TlsSettings::from(settingsOf(values, "server"));
  if (!settings.enabled()) return std::shared_ptr<const net::TlsContext>();
  // The connections' own http2.enabled is the one of the start, so what clients are offered is as well.
  settings.protocols = net::TlsSettings::from(settingsOf(parts_.values, "server")).protocols;
  return net::TlsContext::create(settings);
}

void RunningNode::useTls(const std::shared_ptr<const net::TlsContext>& tls) {
  parts_.metrics.gauge("sse_node_tls_expiry_seconds", "when the first certificate ends, since 1970")
      .set(tls->expires());
  for (auto& parts : loops_) {
    parts->loop.post([server = &parts->server, tls] { server->setTls(tls); });
  }
}

}  // namespace sse::kernel
