#include "kernel/farewell.h"

#include <string>
#include <utility>

#include "sse/messages.h"

namespace sse::kernel {

void Farewell::begin(std::uint64_t head, std::uint64_t acknowledged, Duration limit, std::function<void()> done) {
  done_ = std::move(done);
  timer_ = loop_.after(acknowledged >= head ? Duration(0) : limit, [this, head, acknowledged, limit] {
    if (acknowledged < head) {
      log_.write(Level::Warning, "left-behind", "leaving before every peer has what was published here",
                 {{"limit_ms", std::to_string(limit.count())}});
    }
    end();
  });
  if (acknowledged >= head) return;
  acknowledgements_ = bus_.subscribe<PeersAcknowledged>([this, head](const PeersAcknowledged& message) {
    if (message.position < head || !done_) return;
    timer_ = loop_.after(Duration(0), [this] { end(); });
  });
}

void Farewell::end() {
  acknowledgements_.cancel();
  if (auto done = std::exchange(done_, nullptr)) done();
}

}  // namespace sse::kernel
