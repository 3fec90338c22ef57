#include "discovery/gossip/reporter.h"

#include <type_traits>
#include <utility>
#include <variant>

#include "sse/messages.h"

namespace sse::gossip {
namespace {

constexpr std::array kStates = {"alive", "suspect", "dead", "left"};

/// An endpoint's text without its port, which is another one for each connection.
std::string hostOf(const std::string& endpoint) { return endpoint.substr(0, endpoint.rfind(':')); }

/// The reason as a label value: few, and none chosen by others.
const char* reasonOf(const Error& error) {
  switch (error.code) {
    case Code::Unauthenticated: return "key";
    case Code::PermissionDenied: return "label";
    case Code::LimitReached:
    case Code::TooLarge: return "limit";
    case Code::Timeout:
    case Code::Unavailable: return "incomplete";
    default: return "malformed";
  }
}

}  // namespace

Reporter::Reporter(Host& host)
    : host_(host),
      score_(host.metrics().gauge("sse_gossip_health_score", "how far this node doubts itself; 0 is good")),
      packets_in_(host.metrics().counter("sse_gossip_packets_received_total", "datagrams received")),
      packets_out_(host.metrics().counter("sse_gossip_packets_sent_total", "datagrams sent")),
      bytes_in_(host.metrics().counter("sse_gossip_packet_bytes_received_total", "bytes of datagrams received")),
      bytes_out_(host.metrics().counter("sse_gossip_packet_bytes_sent_total", "bytes of datagrams sent")),
      stream_bytes_in_(host.metrics().counter("sse_gossip_stream_bytes_received_total", "bytes of streams received")),
      stream_bytes_out_(host.metrics().counter("sse_gossip_stream_bytes_sent_total", "bytes of streams sent")),
      accept_paused_(host.metrics().counter("sse_gossip_accept_paused_total",
                                            "times accepting streams paused for want of descriptors")),
      refutations_(host.metrics().counter("sse_gossip_refutations_total", "claims about this node that it refuted")),
      failed_probes_(host.metrics().counter("sse_gossip_probe_failures_total", "probes that nothing answered")),
      rtt_(host.metrics().histogram("sse_gossip_probe_seconds", "time from a ping to its ack")) {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    members_[i] = &host.metrics().gauge("sse_gossip_members", "nodes known, by state", {{"state", kStates[i]}});
    changes_[i] = &host.metrics().counter("sse_gossip_changes_total", "changes of a node's state, by the new one",
                                          {{"state", kStates[i]}});
  }
}

bool Reporter::line(Level level, std::string_view id, std::string_view text, std::string name, std::string detail) {
  const auto now = host_.loop().now();
  auto& window = windows_.try_emplace(std::string(id)).first->second;
  if (window.lines == 0 || now - window.begun >= kWindow) window = {now, 0, window.left_out};
  if (++window.lines > kLines) {
    ++window.left_out;
    return false;
  }
  const auto left_out = std::exchange(window.left_out, 0);
  if (left_out > 0) detail += " (" + std::to_string(left_out) + " more such lines were left out)";
  host_.log().write(level, id, text, {{"name", std::move(name)}, {"detail", std::move(detail)}});
  return true;
}

void Reporter::warn(std::string_view id, std::string about, std::string text, std::string detail) {
  if (!line(Level::Warning, id, text, {}, detail)) return;
  host_.bus().publish(Warned{std::string(id), std::move(text) + ": " + std::move(detail), std::move(about)});
}

void Reporter::tell(const Event& event) {
  std::visit(
      [this](const auto& one) {
        using Told = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Told, MemberChanged>) tellChange(one);
        if constexpr (std::is_same_v<Told, NameConflict>) tellConflict(one);
        if constexpr (std::is_same_v<Told, ExchangeEnded>) tellExchange(one);
        if constexpr (std::is_same_v<Told, ProbeEnded>) tellProbe(one);
        if constexpr (std::is_same_v<Told, NameSettled>) {
          line(Level::Info, "gossip-own-name-settled", "others know this node's name at its address now", {}, {});
        }
        if constexpr (std::is_same_v<Told, Refuted>) {
          refutations_.add();
          line(Level::Info, "gossip-refuted", "refuted what others said of this node", {}, one.what);
        }
        if constexpr (std::is_same_v<Told, ExchangeRefused>) {
          warn("gossip-exchange-refused", {}, "a node's table was not taken over", one.error);
        }
        if constexpr (std::is_same_v<Told, TableFull>) {
          warn("gossip-table-full", {}, "there are more nodes than can be kept", one.name);
        }
      },
      event);
}

void Reporter::tellChange(const MemberChanged& change) {
  const auto& member = change.member;
  const auto where = text(member.endpoint);
  if (change.before != member.state) changes_[static_cast<std::size_t>(member.state)]->add();
  switch (member.state) {
    case NodeState::Alive:
      if (change.before == NodeState::Alive) {
        line(Level::Info, "gossip-member-updated", "a node has other data", member.name, where);
        return;
      }
      if (change.before == NodeState::Suspect) {
        line(Level::Info, "gossip-member-refuted", "a suspect lives", member.name, where);
        return;
      }
      line(Level::Info, "gossip-member-joined", "a node is there", member.name, where);
      return;
    case NodeState::Suspect:
      line(Level::Info, "gossip-member-suspect", "a node does not answer", member.name, where);
      return;
    case NodeState::Dead:
      line(Level::Warning, "gossip-member-dead", "a node is gone without a word", member.name, where);
      return;
    case NodeState::Left: line(Level::Info, "gossip-member-left", "a node has left", member.name, where); return;
  }
}

void Reporter::tellConflict(const NameConflict& conflict) {
  const auto where = text(conflict.known.endpoint) + " and " + text(conflict.claimed);
  if (conflict.ours) {
    const auto* what = "another node has this node's name, or had it at another address";
    if (!line(Level::Error, "gossip-own-name-clash", what, conflict.known.name, where)) return;
    host_.bus().publish(Warned{"gossip-own-name-clash", std::string(what) + ": " + where, conflict.known.name});
  } else {
    line(Level::Warning, "gossip-name-clash", "two nodes have one name; the first is kept", conflict.known.name, where);
  }
}

void Reporter::tellExchange(const ExchangeEnded& exchange) {
  const auto where = text(exchange.with);
  if (exchange.error.empty()) {
    if (exchange.join) line(Level::Info, "gossip-joined", "a host was reached", {}, where);
  } else if (exchange.join) {
    warn("gossip-join-failed", where, "a host of gossip.hosts was not reached; it is tried again",
         where + ": " + exchange.error);
  } else {
    line(Level::Warning, "gossip-exchange-failed", "tables could not be swapped with a node", {},
         where + ": " + exchange.error);
  }
}

void Reporter::tellProbe(const ProbeEnded& probe) {
  if (!probe.ok) {
    failed_probes_.add();
  } else if (probe.by_stream) {
    line(Level::Warning, "gossip-no-packets", "a node answers by TCP and not by UDP; is UDP let through?", probe.name,
         {});
  } else {
    rtt_.observe(static_cast<std::uint64_t>(probe.rtt.count()));
  }
}

void Reporter::packet(std::size_t in, std::size_t out) {
  if (in > 0) packets_in_.add();
  if (out > 0) packets_out_.add();
  bytes_in_.add(in);
  bytes_out_.add(out);
}

void Reporter::stream(std::size_t in, std::size_t out) {
  stream_bytes_in_.add(in);
  stream_bytes_out_.add(out);
}

void Reporter::refused(const std::string& from, const Error& error) {
  host_.metrics()
      .counter("sse_gossip_packets_dropped_total", "datagrams and parts of them that were not used",
               {{"reason", reasonOf(error)}})
      .add();
  warn("gossip-packet-dropped", hostOf(from), "a packet could not be used", from + ": " + error.text);
}

void Reporter::refusedStream(const std::string& from, const Error& error) {
  host_.metrics()
      .counter("sse_gossip_streams_refused_total", "connections that were closed for what came on them",
               {{"reason", reasonOf(error)}})
      .add();
  warn("gossip-stream-refused", hostOf(from), "a connection could not be used", from + ": " + error.text);
}

void Reporter::paused() {
  accept_paused_.add();
  warn("gossip-accept-paused", {}, "no descriptors left for streams of other nodes",
       "accepting is tried again every 100 ms");
}

void Reporter::unsent() {
  host_.metrics()
      .counter("sse_gossip_packets_dropped_total", "datagrams and parts of them that were not used",
               {{"reason", "unsent"}})
      .add();
}

void Reporter::open(const std::string& endpoint) {
  const auto* what = "at a public address without gossip.secret_key: any host may join, and read what nodes say";
  line(Level::Warning, "gossip-open", what, {}, endpoint);
  host_.bus().publish(Warned{"gossip-open", what, endpoint, true});
}

void Reporter::members(const std::array<std::size_t, 4>& by_state) {
  for (std::size_t i = 0; i < by_state.size(); ++i) members_[i]->set(static_cast<std::int64_t>(by_state[i]));
}

}  // namespace sse::gossip
