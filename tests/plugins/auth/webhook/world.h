#pragma once

#include <doctest/doctest.h>

#include "auth/webhook/webhook.h"
#include "plugins/auth/webhook/endpoint.h"
#include "sse/conformance/fake_host.h"

namespace sse::test {

using Json = nlohmann::json;
using Verdict = Decision::Verdict;

/// The plugin, with an endpoint of its own.
struct World {
  conformance::PollLoop loop;
  conformance::FakeHost host{loop, "self", "self"};
  Endpoint endpoint{loop};
  std::shared_ptr<conformance::FakeTls> tls = std::make_shared<conformance::FakeTls>();
  webhook::Webhook plugin;

  World() { host.offerTls(tls); }

  [[nodiscard]] Json settings(const Json& changes) const {
    Json all = {{"webhook.url", endpoint.url()},  {"webhook.timeout", 5'000},     {"webhook.ca_file", nullptr},
                {"webhook.secret", nullptr},      {"webhook.headers", nullptr},   {"webhook.anonymous", true},
                {"webhook.on_failure", "closed"}, {"webhook.connections", 4},     {"webhook.queue", 16},
                {"webhook.cache_entries", 100},   {"webhook.max_age", 3'600'000}, {"webhook.refusal_max_age", 60'000}};
    all.update(changes);
    return all;
  }

  void start(const Json& changes = Json::object()) {
    const auto outcome = plugin.configure(host, settings(changes).dump());
    REQUIRE_MESSAGE(outcome.ok(), outcome.error().text);
    REQUIRE(plugin.start().ok());
  }
  ~World() { plugin.stop(); }

  /// A question and what became of it.
  struct Asked {
    std::optional<Decision> decision;
    int answers = 0;
    [[nodiscard]] Verdict verdict() const { return decision ? decision->verdict : Verdict::Later; }
  };
  struct Request {
    std::string token = "t";
    Action action = Action::Publish;
    std::string channel = "news";
    std::string client = {};
    std::string authorization = {};
    std::vector<HeaderLine> headers = {};
    const ClientCertificate* certificate = nullptr;
    bool blank = false;
  };
  std::shared_ptr<Asked> ask(const Request& request) {
    auto asked = std::make_shared<Asked>();
    const std::vector<std::string_view> channels = {request.channel};
    AuthRequest question;
    question.action = request.action;
    question.method = "POST";
    question.channels = channels;
    question.client = request.client;
    question.remote_address = "192.0.2.1";
    question.authorization = request.authorization;
    question.token = request.token;
    question.headers = request.headers;
    question.certificate = request.certificate;
    question.blank = request.blank;
    auto decision = plugin.check(question, [asked](Decision answer) {
      asked->decision = std::move(answer);
      ++asked->answers;
    });
    if (decision.verdict != Verdict::Later) asked->decision = std::move(decision);
    return asked;
  }
  Decision decided(const Request& request) {
    const auto asked = ask(request);
    REQUIRE(until([&] { return asked->decision.has_value(); }));
    return *asked->decision;
  }
  Verdict verdict(const Request& request) { return decided(request).verdict; }
  bool until(const std::function<bool()>& done) { return loop.runUntil(done); }
  std::uint64_t count(const char* name, const Labels& labels = {}) {
    return host.metrics().counter(name, "", labels).value();
  }
  std::int64_t gauge(const char* name) { return host.metrics().gauge(name, "").value(); }
};

inline const std::string kAllow = Endpoint::ok(R"({"allow": true, "identity": "7"})");

}  // namespace sse::test
