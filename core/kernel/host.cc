#include "kernel/host.h"

#include <string>
#include <utility>

#include "net/tls_connector.h"

namespace sse::kernel {

PluginHost::PluginHost(Parts parts) : parts_(std::move(parts)), loop_(parts_.loop, parts_.failed) {}

void PluginHost::offload(std::function<void()> work, std::function<void()> done) {
  const auto thrown = std::make_shared<std::string>();
  const std::function<void()> end = [thrown, done = std::move(done), failed = parts_.failed] {
    if (thrown->empty()) {
      runGuarded(failed, done);
    } else {
      failed(*thrown);
    }
  };
  const bool taken = parts_.offload([thrown, work = std::move(work)] { *thrown = thrownBy(work); }, end);
  if (!taken) parts_.loop.post(end);
}

Result<std::shared_ptr<const TlsClient>> PluginHost::tlsClient(const TlsClientSettings& settings) {
  return net::TlsConnector::create(settings);
}

}  // namespace sse::kernel
