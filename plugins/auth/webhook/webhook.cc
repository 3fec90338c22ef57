#include "auth/webhook/webhook.h"

#include <algorithm>
#include <mutex>

#include "sse/addresses.h"

namespace sse::webhook {
namespace {

/// An endpoint that answers every other question is told of no more often than this.
constexpr auto kQuiet = std::chrono::seconds(10);

Decision refusal(Decision::Verdict verdict, std::string reason) {
  Decision decision;
  decision.verdict = verdict;
  decision.reason = std::move(reason);
  return decision;
}

}  // namespace

Result<void> Webhook::configure(Host& host, std::string_view settings_json) {
  auto config = readConfig(settings_json, host);
  if (!config.ok()) return config.error();
  host_ = &host;
  configured_ = std::make_unique<Config>(std::move(*config));
  return {};
}

Result<void> Webhook::start() {
  counters_ = std::make_unique<Counters>(host_->metrics());
  {
    const std::unique_lock lock(mutex_);
    alive_ = std::make_shared<bool>(true);
  }
  begin(std::move(*configured_));
  configured_.reset();
  return {};
}

Result<void> Webhook::reload(std::string_view settings_json) {
  auto config = readConfig(settings_json, *host_);
  if (!config.ok()) return config.error();
  begin(std::move(*config));
  return {};
}

/// What was asked before is answered as it was asked.
void Webhook::begin(Config config) {
  warn(config);
  auto next = std::make_shared<Judge>(std::move(config), *counters_);
  auto before = std::exchange(inquiries_, std::make_unique<Inquiries>(*host_, next, *counters_,
                                                                      [this](const Error* problem) { told(problem); }));
  std::shared_ptr<Judge> last;
  {
    const std::unique_lock lock(mutex_);
    last = std::exchange(judge_, std::move(next));
  }
  if (!before) return;
  last->retire();
  const auto* raw = before.get();
  auto end = host_->loop().after(last->config().timeout + Duration(1000), [this, raw] {
    std::erase_if(retired_, [raw](const Retired& each) { return each.inquiries.get() == raw; });
  });
  retired_.push_back({std::move(before), std::move(end)});
}

void Webhook::warn(const Config& config) {
  if (config.fails_open) {
    host_->log().write(Level::Warning, "webhook-fails-open",
                       "while the endpoint does not answer, everybody may publish and subscribe",
                       {{"url", config.endpoint.shown}});
  }
  if (!config.endpoint.tls && !isLoopbackHost(config.endpoint.host)) {
    host_->log().write(Level::Warning, "webhook-plain-http",
                       "tokens go to the endpoint as clear text, and whoever is in between can answer for it",
                       {{"url", config.endpoint.shown}});
  }
}

void Webhook::stop() {
  {
    const std::unique_lock lock(mutex_);
    alive_.reset();
  }
  retired_.clear();
  inquiries_.reset();
  if (const auto last = judge()) last->retire();
}

void Webhook::told(const Error* problem) {
  const std::string text = problem != nullptr ? problem->text : "";
  if (problem_.empty() == text.empty()) return;
  problem_ = text;
  const auto now = host_->loop().now();
  if (problem != nullptr && told_at_ != Clock::time_point{} && now - told_at_ < kQuiet) return;
  if (problem == nullptr && !told_) return;
  told_ = problem != nullptr;
  const auto url = judge()->config().endpoint.shown;
  if (problem == nullptr)
    return host_->log().write(Level::Info, "webhook-back", "the endpoint answers again", {{"url", url}});
  told_at_ = now;
  host_->log().write(Level::Warning, "webhook-unavailable", "the endpoint gives no answer that can be used",
                     {{"url", url}, {"what", text}});
}

std::shared_ptr<Judge> Webhook::judge() const {
  const std::shared_lock lock(mutex_);
  return judge_;
}

Decision Webhook::check(const AuthRequest& request, std::function<void(Decision)> answer) {
  const auto judge = this->judge();
  if (!judge->concerns(request)) return {};
  if (auto known = judge->recall(request)) return std::move(*known);
  if (waiting_->fetch_add(1) >= judge->config().queue) {
    waiting_->fetch_sub(1);
    counters_->overflow.add();
    return judge->unavailable("too many requests wait to be decided");
  }
  auto question = makeQuestion(request, judge->config().headers, host_->node().name);
  if (!question.ok()) {
    waiting_->fetch_sub(1);
    return malformed(question.error());
  }
  counters_->waiting.add(1);
  question->answer = [answer = std::move(answer), waiting = waiting_, gauge = &counters_->waiting](Decision decision) {
    waiting->fetch_sub(1);
    gauge->add(-1);
    answer(std::move(decision));
  };
  post(judge, std::make_shared<Question>(std::move(*question)));
  return refusal(Decision::Verdict::Later, "");
}

Decision Webhook::malformed(const Error& problem) {
  const bool large = problem.code == Code::TooLarge;
  (large ? counters_->forbidden : counters_->unauthorized).add();
  return refusal(large ? Decision::Verdict::Deny : Decision::Verdict::Unauthorized, problem.text);
}

void Webhook::post(const std::shared_ptr<Judge>& judge, const std::shared_ptr<Question>& question) {
  std::shared_lock lock(mutex_);
  const std::weak_ptr<bool> alive = alive_;
  lock.unlock();
  host_->loop().post([this, alive, judge, question] {
    if (alive.expired()) return question->answer(judge->unavailable("the node is stopping"));
    inquiries_->ask(std::move(*question));
  });
}

}  // namespace sse::webhook
