#include "kernel/plugin_set.h"

#include <algorithm>
#include <array>
#include <utility>

#include "kernel/stop_watchdog.h"

namespace sse::kernel {
namespace {

/// Whoever hears that this node left cuts its links, so transports say their last words before discovery does.
constexpr std::array kStopOrder = {Kind::Transport, Kind::Discovery, Kind::Auth};

}  // namespace

PluginSet::PluginSet(Logger& log, OnHang on_hang, Duration stop_limit)
    : log_(log), on_hang_(std::move(on_hang)), stop_limit_(stop_limit) {}

PluginSet::~PluginSet() { stop(); }

PluginSet::Problems PluginSet::open(const PluginCatalogue& catalogue, const PluginChoice& choice) {
  Problems problems;
  openKind(catalogue, Kind::Auth, choice.auth, problems);
  openKind(catalogue, Kind::Transport, choice.transport, problems);
  openKind(catalogue, Kind::Discovery, choice.discovery, problems);
  if (!problems.empty()) plugins_.clear();
  return problems;
}

void PluginSet::openKind(const PluginCatalogue& catalogue, Kind kind, const std::vector<std::string>& names,
                         Problems& problems) {
  for (auto name = names.begin(); name != names.end(); ++name) {
    const auto before = std::count(names.begin(), name, *name);
    if (before == 1) {
      problems.push_back(std::string(kindName(kind)) + ": expected each plugin once, found " + *name +
                         " several times; take the repeated ones out of the option");
    }
    if (before > 0) continue;
    auto opened = catalogue.open(kind, *name);
    problems.insert(problems.end(), opened.problems.begin(), opened.problems.end());
    if (opened.descriptor == nullptr) continue;
    log_.write(Level::Debug, "plugin-opened", "opened a plugin",
               {{"plugin", ownerOf(kind, *name)}, {"version", opened.descriptor->version}, {"file", opened.file}});
    plugins_.push_back(std::make_unique<PluginInstance>(*opened.descriptor, opened.file));
  }
}

PluginSet::Problems PluginSet::configure(const MakeHost& make_host, const Settings& settings) {
  Problems problems;
  const auto collect = [&problems](const Result<void>& result) {
    if (!result) problems.push_back(result.error().text);
    return result.ok();
  };
  std::vector<PluginInstance*> created;
  for (const auto& plugin : plugins_) {
    if (collect(plugin->create())) created.push_back(plugin.get());
  }
  for (auto* plugin : created) {
    collect(plugin->configure(make_host(plugin->descriptor().kind, plugin->owner()), settings(plugin->owner())));
  }
  if (!problems.empty()) stop();
  return problems;
}

PluginSet::Problems PluginSet::start() {
  for (const auto& plugin : plugins_) {
    if (const auto started = plugin->start(); !started) {
      Problems problems{started.error().text};
      stop();
      return problems;
    }
    log_.write(Level::Info, "plugin-started", "started a plugin",
               {{"plugin", plugin->owner()}, {"version", plugin->descriptor().version}});
  }
  return {};
}

void PluginSet::drain() {
  for (const auto& plugin : plugins_) note(*plugin, plugin->drain());
}

void PluginSet::stop() {
  if (plugins_.empty()) return;
  StopWatchdog watchdog(stop_limit_, [this](std::string_view owner) {
    log_.write(Level::Error, "plugin-stop-hangs", "a plugin did not stop in time, ending the process without it",
               {{"plugin", std::string(owner)}, {"limit_ms", std::to_string(stop_limit_.count())}});
    on_hang_(owner);
  });
  for (const auto kind : kStopOrder) {
    for (auto plugin = plugins_.rbegin(); plugin != plugins_.rend(); ++plugin) {
      if ((*plugin)->descriptor().kind != kind) continue;
      watchdog.watch((*plugin)->owner());
      note(**plugin, (*plugin)->stop());
    }
  }
  // All have stopped before the first is freed: until then they may talk to one another over the bus.
  while (!plugins_.empty()) {
    watchdog.watch(plugins_.back()->owner());
    note(*plugins_.back(), plugins_.back()->destroy());
    plugins_.pop_back();
  }
}

PluginSet::Problems PluginSet::rehearse(const MakeHost& make_host, const Settings& settings) {
  Problems problems;
  for (const auto& plugin : plugins_) {
    auto host = make_host(plugin->descriptor().kind, plugin->owner());
    const auto tried = plugin->rehearse(std::move(host), settings(plugin->owner()));
    if (!tried) problems.push_back(tried.error().text);
  }
  return problems;
}

PluginSet::Problems PluginSet::reload(const Settings& next, const Settings& present) {
  for (auto plugin = plugins_.begin(); plugin != plugins_.end(); ++plugin) {
    const auto reloaded = (*plugin)->reload(next((*plugin)->owner()));
    if (reloaded) continue;
    Problems problems{reloaded.error().text};
    while (plugin != plugins_.begin()) {
      --plugin;
      const auto restored = (*plugin)->reload(present((*plugin)->owner()));
      if (restored) continue;
      problems.push_back(restored.error().text + "; so it may have the new settings, restart the node");
    }
    return problems;
  }
  return {};
}

void PluginSet::note(PluginInstance& plugin, const Result<void>& result) {
  if (!result) fail(plugin.owner(), result.error().text);
}

void PluginSet::fail(std::string_view owner, std::string_view what) {
  for (const auto& plugin : plugins_) {
    if (plugin->owner() != owner || !plugin->fail(what)) continue;
    log_.write(Level::Error, "plugin-failed", "a plugin has failed, the node is not ready until it is restarted",
               {{"plugin", plugin->owner()}, {"what", std::string(what)}});
  }
}

Readiness PluginSet::readiness() const {
  for (const auto& plugin : plugins_) {
    auto answer = plugin->readiness();
    if (!answer.ready) return answer;
  }
  return {};
}

std::vector<PluginStatus> PluginSet::status() const {
  std::vector<PluginStatus> all;
  all.reserve(plugins_.size());
  for (const auto& plugin : plugins_) all.push_back(plugin->status());
  return all;
}

std::vector<const PluginDescriptor*> PluginSet::descriptors() const {
  std::vector<const PluginDescriptor*> all;
  all.reserve(plugins_.size());
  for (const auto& plugin : plugins_) all.push_back(&plugin->descriptor());
  return all;
}

std::vector<Auth*> PluginSet::auths() const {
  std::vector<Auth*> all;
  for (const auto& plugin : plugins_) {
    if (auto* auth = plugin->auth()) all.push_back(auth);
  }
  return all;
}

std::vector<Transport*> PluginSet::transports() const {
  std::vector<Transport*> all;
  for (const auto& plugin : plugins_) {
    if (auto* transport = plugin->transport()) all.push_back(transport);
  }
  return all;
}

}  // namespace sse::kernel
