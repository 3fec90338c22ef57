#pragma once

#include <memory>
#include <shared_mutex>
#include <string>

#include "auth/token/key_table.h"
#include "sse/auth.h"
#include "sse/host.h"

namespace sse::token {

/// What tokens made by `sse-cluster token new` begin with: whoever brings one means this plugin.
inline constexpr std::string_view kPrefix = "sse_";

/// The auth plugin. Owned by the kernel, lives on the control thread but for `check`, which loops call: it looks the
/// token's hash, or the names of the certificate, up in the current table, which is replaced as a whole.
class Token final : public Auth {
 public:
  Result<void> configure(Host& host, std::string_view settings_json) override;
  Result<void> start() override;
  void stop() override {}
  Result<void> reload(std::string_view settings_json) override;
  Decision check(const AuthRequest& request, std::function<void(Decision)> answer) override;

 private:
  struct Counters {
    explicit Counters(Metrics& metrics);
    Counter& accepted;
    Counter& unknown;
    Counter& expired;
    Counter& forbidden;
    Gauge& keys;
  };
  static Result<std::shared_ptr<const KeyTable>> read(std::string_view settings_json);
  [[nodiscard]] std::shared_ptr<const KeyTable> table() const;
  Decision unauthorized(const char* reason, Counter& counter);
  Decision decide(const Key& key, const AuthRequest& request);
  Decision byCertificate(const KeyTable& keys, const AuthRequest& request);

  Host* host_ = nullptr;
  std::unique_ptr<Counters> counters_;
  mutable std::shared_mutex mutex_;  ///< of `table_`: held for copying a pointer
  std::shared_ptr<const KeyTable> table_;
};

}  // namespace sse::token
