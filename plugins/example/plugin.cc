#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "member_file.h"
#include "settings.h"
#include "sse/sdk.h"

namespace file {
namespace {

using Members = std::vector<sse::Member>;

/// The plugin: when to read, and what to tell whom. Everything here is on the control thread.
class FileDiscovery final : public sse::Discovery {
 public:
  sse::Result<void> configure(sse::Host& host, std::string_view settings_json) override {
    host_ = &host;
    settings_ = readSettings(settings_json);
    if (settings_.path.empty()) {
      return sse::Error{sse::Code::InvalidArgument, "file.path: expected the name of a file, got none"};
    }
    return {};
  }

  sse::Result<void> start() override {
    reads_ = &host_->metrics().counter("sse_file_reads_total", "Readings of the file.");
    failures_ = &host_->metrics().counter("sse_file_failures_total", "Readings of the file that failed.");
    alive_ = std::make_shared<bool>(true);
    read();
    return {};
  }

  void stop() override {
    alive_.reset();
    timer_.cancel();
  }

  [[nodiscard]] sse::Readiness ready() const override {
    if (known_) return {};
    return {false, problem_.empty() ? "the file is being read" : problem_};
  }

  sse::Result<void> reload(std::string_view settings_json) override {
    settings_ = readSettings(settings_json);
    return {};
  }

 private:
  using Outcome = sse::Result<Members>;

  /// Reading a file may block, so a worker does it, on copies; the answer comes back here.
  void read() {
    auto outcome = std::make_shared<Outcome>(sse::Error{sse::Code::Unavailable, "too many calls wait for a worker"});
    host_->offload([path = settings_.path, outcome] { *outcome = readMembers(path); },
                   [this, alive = std::weak_ptr<bool>(alive_), outcome] {
                     if (alive.expired()) return;
                     take(std::move(*outcome));
                     timer_ = host_->loop().after(settings_.interval, [this] { read(); });
                   });
  }

  void take(sse::Result<Members> members) {
    reads_->add();
    if (members) {
      accept(*std::move(members));
    } else {
      complain(members.error().text);
    }
  }

  void accept(Members members) {
    problem_.clear();
    if (known_ && sameAs(members)) return;
    known_ = std::move(members);
    host_->bus().publish(sse::MembershipChanged{"file", *known_});
  }

  /// One line per change of what is wrong, not one per reading.
  void complain(const std::string& problem) {
    failures_->add();
    if (std::exchange(problem_, problem) == problem) return;
    host_->log().write(sse::Level::Warning, "file-unreadable", "keeping the members read before", {{"what", problem}});
  }

  [[nodiscard]] bool sameAs(const Members& members) const {
    return std::equal(members.begin(), members.end(), known_->begin(), known_->end(), [](const auto& a, const auto& b) {
      return a.address == b.address && a.http_port == b.http_port;
    });
  }

  sse::Host* host_ = nullptr;
  Settings settings_;
  sse::Counter* reads_ = nullptr;
  sse::Counter* failures_ = nullptr;
  std::shared_ptr<bool> alive_;  ///< held while the plugin runs
  sse::Registration timer_;
  std::optional<Members> known_;  ///< as last read
  std::string problem_;           ///< of the last reading; empty: none
};

}  // namespace
}  // namespace file

SSE_DEFINE_PLUGIN(file::FileDiscovery, sse::Kind::Discovery, "file", "1.0.0", "finds nodes in a JSON file",
                  file::kOptions);
