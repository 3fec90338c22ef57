#include <array>

#include "auth/open/open.h"
#include "sse/sdk.h"

namespace {

class OpenPlugin final : public sse::Auth {
 public:
  sse::Result<void> configure(sse::Host& host, std::string_view) override {
    host_ = &host;
    return {};
  }

  sse::Result<void> start() override {
    host_->log().write(sse::Level::Warning, "auth-open",
                       "everybody may publish, subscribe and administer: choose another auth plugin to change that");
    return {};
  }

  void stop() override {}

  sse::Decision check(const sse::AuthRequest&, std::function<void(sse::Decision)>) override {
    return sse::auth::open::allowEverybody();
  }

 private:
  sse::Host* host_ = nullptr;
};

constexpr std::array<sse::Option, 0> kOptions{};

}  // namespace

SSE_DEFINE_PLUGIN(OpenPlugin, sse::Kind::Auth, "open", "0.1.0", "lets everybody do everything", kOptions);
