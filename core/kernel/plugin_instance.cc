#include "kernel/plugin_instance.h"

#include <array>
#include <cstddef>
#include <exception>
#include <utility>

#include "kernel/plugin_library.h"

namespace sse::kernel {

PluginInstance::PluginInstance(const PluginDescriptor& descriptor, std::string file)
    : descriptor_(descriptor), file_(std::move(file)), owner_(ownerOf(descriptor.kind, descriptor.name)) {}

PluginInstance::~PluginInstance() { (void)destroy(); }

/// A failure that the plugin tells is the user's to mend, so it carries the plugin's name; what it throws is the
/// plugin's own fault, so that carries the file too.
template <typename Call>
Result<void> PluginInstance::guarded(const char* method, Call call) {
  const auto thrown = [&](const std::string& what) {
    return Error{Code::Internal, file_ + ": " + owner_ + ": " + method + ": expected no exception, found " + what +
                                     "; correct the plugin or take it out of the option " + kindName(descriptor_.kind)};
  };
  try {
    Result<void> result = call();
    if (!result) return Error{result.error().code, owner_ + ": " + result.error().text};
    return result;
  } catch (const std::exception& error) {
    return thrown('"' + std::string(error.what()) + '"');
  } catch (...) {
    return thrown("one that is no std::exception");
  }
}

Result<void> PluginInstance::create() {
  auto result = guarded("create", [this]() -> Result<void> {
    plugin_ = descriptor_.create();
    return {};
  });
  if (!result) return result;
  if (plugin_ == nullptr) {
    return Error{Code::Internal,
                 file_ + ": " + owner_ + ": create: expected an instance, found nullptr; correct the plugin's create"};
  }
  if (!implementsKind()) {
    (void)destroy();
    return Error{Code::Internal, file_ + ": " + owner_ + ": create: expected an instance of the interface for kind " +
                                     kindName(descriptor_.kind) + ", found another; derive the plugin's class from it"};
  }
  stage_ = Stage::Created;
  return result;
}

bool PluginInstance::implementsKind() const {
  switch (descriptor_.kind) {
    case Kind::Auth: return auth() != nullptr;
    case Kind::Transport: return transport() != nullptr;
    case Kind::Discovery: return dynamic_cast<Discovery*>(plugin_) != nullptr;
  }
  return false;
}

Result<void> PluginInstance::configure(std::unique_ptr<Host> host, std::string_view settings_json) {
  host_ = std::move(host);
  auto result = guarded("configure", [&] { return plugin_->configure(*host_, settings_json); });
  if (result) stage_ = Stage::Configured;
  return result;
}

Result<void> PluginInstance::start() {
  auto result = guarded("start", [this] { return plugin_->start(); });
  if (result) stage_ = Stage::Running;
  return result;
}

Result<void> PluginInstance::drain() {
  if (stage_ != Stage::Running) return {};
  stage_ = Stage::Draining;
  return guarded("drain", [this]() -> Result<void> { return plugin_->drain(), Result<void>(); });
}

Result<void> PluginInstance::stop() {
  if (!started()) return {};
  stage_ = Stage::Stopped;
  return guarded("stop", [this]() -> Result<void> { return plugin_->stop(), Result<void>(); });
}

Result<void> PluginInstance::reload(std::string_view settings_json) {
  if (!started()) return {};
  return guarded("reload", [&] { return plugin_->reload(settings_json); });
}

Result<void> PluginInstance::rehearse(std::unique_ptr<Host> host, std::string_view settings_json) const {
  if (!started()) return {};
  PluginInstance other(descriptor_, file_);
  auto created = other.create();
  return created ? other.configure(std::move(host), settings_json) : created;
}

Result<void> PluginInstance::destroy() {
  auto* const gone = std::exchange(plugin_, nullptr);
  auto result = guarded("destroy", [&]() -> Result<void> {
    if (gone != nullptr) descriptor_.destroy(gone);
    return {};
  });
  host_.reset();
  return result;
}

bool PluginInstance::fail(std::string_view what) {
  if (std::exchange(failed_, true)) return false;
  reason_ = what;
  return true;
}

Readiness PluginInstance::readiness() {
  Readiness answer;
  if (!failed_ && started()) {
    const auto asked = guarded("ready", [&]() -> Result<void> {
      answer = plugin_->ready();
      return {};
    });
    if (!asked) fail(asked.error().text);
  }
  if (failed_) return {false, owner_ + ": failed: " + reason_};
  if (!started()) return {false, owner_ + ": not running"};
  if (!answer.ready) answer.reason = owner_ + ": " + answer.reason;
  return answer;
}

PluginStatus PluginInstance::status() {
  constexpr std::array kStages = {"opened", "created", "configured", "running", "draining", "stopped"};
  const auto answer = readiness();
  return {descriptor_.kind, descriptor_.name, descriptor_.version,
          failed_ ? "failed" : kStages.at(static_cast<std::size_t>(stage_)),
          answer.ready || (!failed_ && !started()) ? "" : answer.reason};
}

}  // namespace sse::kernel
