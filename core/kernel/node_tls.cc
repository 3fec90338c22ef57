#include "kernel/running_node.h"
#include "net/tls_context.h"

namespace sse::kernel {

Result<void> RunningNode::loadTls(const config::Values& values) {
  auto settings = net::TlsSettings::from(settingsOf(values, "server"));
  if (!settings.enabled()) return {};
  // The connections' own http2.enabled is the one of the start, so what clients are offered is as well.
  settings.protocols = net::TlsSettings::from(settingsOf(parts_.values, "server")).protocols;
  auto context = net::TlsContext::create(settings);
  if (!context) return context.error();
  parts_.metrics.gauge("sse_node_tls_expiry_seconds", "when the first certificate ends, since 1970")
      .set((*context)->expires());
  for (auto& parts : loops_) {
    parts->loop.post([server = &parts->server, tls = *context] { server->setTls(tls); });
  }
  return {};
}

}  // namespace sse::kernel
