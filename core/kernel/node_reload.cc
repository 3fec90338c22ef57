#include "kernel/host.h"
#include "kernel/running_node.h"
#include "net/tls_context.h"

namespace sse::kernel {

Result<std::shared_ptr<const net::TlsContext>> RunningNode::readTls(const config::Values& values) const {
  auto settings = net::TlsSettings::from(settingsOf(values, "server"));
  if (!settings.enabled()) return std::shared_ptr<const net::TlsContext>();
  // The connections' own http2.enabled is the one of the start, so what clients are offered is as well.
  settings.protocols = net::TlsSettings::from(settingsOf(parts_.values, "server")).protocols;
  return net::TlsContext::create(settings);
}

void RunningNode::useTls(const std::shared_ptr<const net::TlsContext>& tls) {
  parts_.metrics.gauge("sse_node_tls_expiry_seconds", "when the first certificate ends, since 1970")
      .set(tls->expires());
  for (auto& parts : loops_) {
    parts->loop.post([server = &parts->server, tls] { server->setTls(tls); });
  }
}

void RunningNode::reload(config::Values values) {
  control_.post([this, next = std::make_shared<const config::Values>(std::move(values))] { takeValues(next); });
}

/// Nothing is taken before all that can be refused has been looked at.
void RunningNode::takeValues(std::shared_ptr<const config::Values> next) {
  auto problems =
      parts_.plugins.rehearse([this](Kind, const std::string& owner) { return makeHost(owner); }, settingsIn(*next));
  const auto tls = readTls(*next);
  if (!tls) problems.push_back(tls.error().text);
  if (problems.empty()) {
    problems = parts_.plugins.reload(settingsIn(*next), settingsIn(reloaded_ ? *reloaded_ : parts_.values));
  }
  for (const auto& problem : problems) log_->write(Level::Error, "reload-refused", problem);
  if (!problems.empty()) return;
  takeCoreSettings(*next);
  if (*tls && info_.http_tls) useTls(*tls);
  log_->write(Level::Info, "reloaded", "configuration reloaded");
  tellWaiting(*next, *tls != nullptr);
  reloaded_ = std::move(next);
}

void RunningNode::takeCoreSettings(const config::Values& values) {
  drain_delay_ = values.duration("drain.delay");
  drain_flush_ = values.duration("drain.flush");
  parts_.sink.setLevel(observe::levelOf(values.string("log.level")));
  journal_->setLimits(channel::Limits::from(settingsOf(values, "channel")));
  node_.publish_rate.set(publishRate(values));
  const auto streams = stream::StreamSettings::from(settingsOf(values, "stream"));
  for (auto& parts : loops_) {
    parts->loop.post([streamer = &parts->streamer, streams] { streamer->setSettings(streams); });
  }
}

/// Peers dial a port as they found it, so whether it is `secure` waits too.
void RunningNode::tellWaiting(const config::Values& next, bool secure) {
  auto keys = parts_.values.needRestart(next);
  if (secure != info_.http_tls) keys.emplace_back("tls.certificate");
  for (const auto& key : keys) {
    log_->write(Level::Warning, "reload-needs-restart", key + ": changed, and waits for the node's next start");
  }
}

}  // namespace sse::kernel
