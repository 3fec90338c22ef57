#include "api/status_document.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <nlohmann/json.hpp>

namespace sse::api {
namespace {

std::size_t threadCount() {
  std::error_code ignored;
  std::size_t count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ignored))
    count += task.exists() ? 1 : 0;
  return count;
}

nlohmann::json clusterJson(const cluster::ClusterView& view) {
  auto nodes = nlohmann::json::array();
  for (const auto& node : view.nodes) {
    nlohmann::json row = {{"name", node.name},
                          {"address", node.address},
                          {"http_port", node.http_port},
                          {"state", cluster::stateText(node.state)},
                          {"link", cluster::linkText(node.link)},
                          {"lag_events", node.lag_events},
                          {"known_by", node.sources}};
    if (!node.reason.empty()) row["reason"] = node.reason;
    nodes.push_back(std::move(row));
  }
  return {{"nodes", nodes}};
}

/// An address that several members share is told with the port, as a key is there once only.
nlohmann::json gossipJson(const cluster::ClusterView& view) {
  std::map<std::string, int> times;
  for (const auto& member : view.gossip) ++times[member.address];
  auto members = nlohmann::json::object();
  for (const auto& [address, port, self] : view.gossip) {
    const bool v6 = address.find(':') != std::string::npos;
    const auto with_port = (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
    members[times[address] > 1 ? with_port : address] = port;
  }
  return {{"member_count", std::max<std::size_t>(1, view.gossip.size())}, {"members", members}};
}

nlohmann::json gossipPort(const cluster::ClusterView& view) {
  for (const auto& member : view.gossip) {
    if (member.self) return member.port;
  }
  return nullptr;
}

nlohmann::json pluginsJson(const std::vector<PluginRow>& plugins) {
  auto rows = nlohmann::json::array();
  for (const auto& plugin : plugins) {
    nlohmann::json row = {
        {"kind", plugin.kind}, {"name", plugin.name}, {"version", plugin.version}, {"state", plugin.state}};
    if (!plugin.reason.empty()) row["reason"] = plugin.reason;
    rows.push_back(std::move(row));
  }
  return rows;
}

nlohmann::json warningsJson(const std::vector<WarningRow>& warnings) {
  auto rows = nlohmann::json::array();
  for (const auto& [id, text, about, count, seconds_ago] : warnings) {
    rows.push_back({{"id", id}, {"text", text}, {"about", about}, {"count", count}, {"seconds_ago", seconds_ago}});
  }
  return rows;
}

}  // namespace

std::string statusJson(const StatusFacts& facts) {
  const nlohmann::json status = {{"num_goroutines", threadCount()},
                                 {"gossip", gossipJson(*facts.view)},
                                 {"node",
                                  {{"name", facts.info->name},
                                   {"tag", std::string(text(facts.info->tag))},
                                   {"version", facts.info->version},
                                   {"uptime_s", facts.uptime_s},
                                   {"ready", facts.ready},
                                   {"http_port", facts.info->http_port},
                                   {"gossip_port", gossipPort(*facts.view)}}},
                                 {"cluster", clusterJson(*facts.view)},
                                 {"plugins", pluginsJson(facts.plugins)},
                                 {"warnings", warningsJson(facts.warnings)},
                                 {"totals", {{"published", facts.published}, {"delivered", facts.delivered}}}};
  return status.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace sse::api
