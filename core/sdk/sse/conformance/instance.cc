#include "sse/conformance/instance.h"

#include <utility>

#include "sse/auth.h"
#include "sse/conformance/option_value.h"
#include "sse/conformance/process.h"
#include "sse/conformance/stopwatch.h"
#include "sse/discovery.h"
#include "sse/transport.h"

namespace sse::conformance {
namespace {

constexpr int kLastTurns = 5;

bool isOfKind(const Plugin* plugin, Kind kind) {
  switch (kind) {
    case Kind::Discovery: return dynamic_cast<const Discovery*>(plugin) != nullptr;
    case Kind::Transport: return dynamic_cast<const Transport*>(plugin) != nullptr;
    case Kind::Auth: return dynamic_cast<const Auth*>(plugin) != nullptr;
  }
  return false;
}

std::string withPort(std::string value) {
  constexpr std::string_view kPlace = "{port}";
  const auto at = value.find(kPlace);
  if (at != std::string::npos) value.replace(at, kPlace.size(), std::to_string(freePort()));
  return value;
}

}  // namespace

std::string settingsOf(Check& check, const Subject& subject) {
  Values values;
  for (const auto& [key, value] : subject.values) values[key] = withPort(value);
  const auto& is = *subject.descriptor;
  auto json = settingsJson({is.options, is.option_count}, values);
  if (json) return *json;
  check.fail(json.error().text + "; correct what was given with --set, or the default in the option table");
  return {};
}

Instance::Instance(Check& check, const Subject& subject, const std::string& name)
    : check_(check), subject_(subject), host_(watched_, name, name) {
  host_.offloadWith([this](auto work, auto done) { worker_.offload(std::move(work), std::move(done)); });
  host_.offerTls(std::make_shared<FakeTls>());
  create();
}

Instance::~Instance() {
  if (running_) stop();
  if (plugin_ != nullptr) call("destroy", [this] { subject_.descriptor->destroy(std::exchange(plugin_, nullptr)); });
  (void)runUntil([this] { return worker_.pending() == 0; });
  for (int i = 0; i < kLastTurns; ++i) turn(0);
}

void Instance::create() {
  call("create", [this] { plugin_ = subject_.descriptor->create(); });
  if (check_.failed()) return;
  const auto kind = subject_.descriptor->kind;
  if (!check_.expect(plugin_ != nullptr, "an instance from create", "nullptr", "return a new plugin")) return;
  if (isOfKind(plugin_, kind)) return;
  check_.fail(std::string("expected an instance of the interface for kind ") + kindName(kind) +
              ", found another; derive the plugin from the interface of its kind");
  call("destroy", [this] { subject_.descriptor->destroy(std::exchange(plugin_, nullptr)); });
}

bool Instance::configure() {
  const auto json = settingsOf(check_, subject_);
  if (json.empty()) return false;
  const auto done = configure(json);
  if (done || done.error().code == Code::Internal) return done.ok();
  return check_.expect(false, "the settings to be taken", "the refusal " + quoted(done.error().text),
                       "give the plugin what it needs with --set key=value");
}

Result<void> Instance::configure(const std::string& settings_json) {
  Result<void> done = Error{Code::Internal, "thrown"};
  call("configure", [&] { done = plugin_->configure(host_, settings_json); });
  return done;
}

bool Instance::start() {
  Result<void> done = Error{Code::Internal, "an exception"};
  call("start", [&] { done = plugin_->start(); });
  running_ = done.ok();
  const auto found = done.ok() ? std::string() : quoted(done.error().text);
  return check_.expect(done.ok(), "start to succeed", found, "give the plugin what it needs with --set key=value");
}

void Instance::drain() {
  call("drain", [this] { plugin_->drain(); });
}

void Instance::stop() {
  running_ = false;
  watched_.guard("stop", slowestStop(), [this] { plugin_->stop(); });
  takeFaults();
}

bool Instance::call(const std::string& what, const std::function<void()>& body) {
  const bool returned = watched_.guard(what, slowestCall(), body);
  takeFaults();
  return returned;
}

void Instance::turn(int wait_ms) {
  loop_.turn(wait_ms);
  takeFaults();
}

bool Instance::runUntil(const std::function<bool()>& done, Duration limit) {
  const auto end = Clock::now() + limit;
  while (!done()) {
    if (Clock::now() > end) return false;
    turn();
  }
  return true;
}

void Instance::pass(Duration time, Duration step) {
  for (Duration passed{0}; passed < time; passed += step) {
    loop_.skip(step);
    turn(0);
    (void)runUntil([this] { return worker_.pending() == 0; });
    turn(0);
  }
}

Instance::Held Instance::held() const {
  return {watched_.timers(), watched_.watches(), static_cast<std::int64_t>(host_.bus().subscriptions()),
          static_cast<std::int64_t>(worker_.pending())};
}

std::uint64_t Instance::activity() const { return watched_.calls() + host_.bus().calls() + worker_.calls(); }

void Instance::takeFaults() {
  for (const auto& fault : watched_.takeFaults()) check_.fail(fault);
  for (const auto& thrown : worker_.takeThrown()) check_.fail(thrown);
}

}  // namespace sse::conformance
