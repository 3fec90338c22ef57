#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "sse/conformance/fake_bus.h"
#include "sse/conformance/fake_journal.h"
#include "sse/conformance/fake_logger.h"
#include "sse/conformance/fake_metrics.h"
#include "sse/conformance/fake_tls.h"
#include "sse/host.h"

namespace sse::conformance {

/// What a plugin gets in tests: everything of the node in memory, over a loop that the test runs. Owned by the test,
/// outlives the plugin; threads as of `sse::Host`.
class FakeHost final : public Host {
 public:
  using Offload = std::function<void(std::function<void()> work, std::function<void()> done)>;

  FakeHost(Loop& loop, std::string name, std::string_view tag) : loop_(loop), bus_(loop), journal_(tagOf(tag)) {
    node_.name = std::move(name);
    node_.tag = journal_.tag();
    node_.version = "0.0.0";
    offload_ = [this](const auto& work, auto done) {
      work();
      loop_.post(std::move(done));
    };
  }

  FakeBus& bus() override { return bus_; }
  [[nodiscard]] const FakeBus& bus() const { return bus_; }
  Loop& loop() override { return loop_; }
  FakeLogger& log() override { return log_; }
  FakeMetrics& metrics() override { return metrics_; }
  FakeJournal& journal() override { return journal_; }
  [[nodiscard]] const NodeInfo& node() const override { return node_; }
  void offload(std::function<void()> work, std::function<void()> done) override {
    offload_(std::move(work), std::move(done));
  }
  Result<std::shared_ptr<const TlsClient>> tlsClient(const TlsClientSettings& settings) override {
    if (!tls_) return Host::tlsClient(settings);
    if (auto read = FakeTls::checkFiles(settings); !read.ok()) return read.error();
    return tls_;
  }

  /// To be set up before the plugin starts.
  NodeInfo& info() { return node_; }

  /// Replaces what is done with blocking work. Until then it is done at once, and `done` posted.
  void offloadWith(Offload offload) { offload_ = std::move(offload); }

  /// What plugins get for TLS whatever their files hold. Until then there is none.
  void offerTls(std::shared_ptr<const TlsClient> tls) { tls_ = std::move(tls); }

 private:
  Loop& loop_;
  FakeBus bus_;
  FakeLogger log_;
  FakeMetrics metrics_;
  FakeJournal journal_;
  NodeInfo node_;
  Offload offload_;
  std::shared_ptr<const TlsClient> tls_;
};

}  // namespace sse::conformance
