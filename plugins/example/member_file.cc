#include "member_file.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string_view>

#include <nlohmann/json.hpp>

namespace file {
namespace {

sse::Error wrong(const std::string& where, const std::string& expected, const std::string& got) {
  return {sse::Code::InvalidArgument, where + ": expected " + expected + ", got " + got};
}

sse::Result<sse::Member> parsePeer(const std::string& where, const std::string& peer) {
  const auto colon = peer.rfind(':');
  std::string_view host = std::string_view(peer).substr(0, colon == std::string::npos ? 0 : colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* const end = peer.data() + peer.size();
  const auto parsed = std::from_chars(peer.data() + colon + 1, end, port);
  if (host.empty() || parsed.ptr != end || parsed.ec != std::errc() || port == 0) {
    return wrong(where, "host:port", '"' + peer + '"');
  }
  sse::Member member;
  member.address = host;
  member.http_port = port;
  return member;
}

}  // namespace

sse::Result<std::vector<sse::Member>> parseMembers(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("peers") || !json["peers"].is_array()) {
    return wrong("file", R"({"peers": [...]})", json.is_discarded() ? "no JSON" : "another shape");
  }
  std::vector<sse::Member> members;
  for (const auto& peer : json["peers"]) {
    const auto where = "peers[" + std::to_string(members.size()) + "]";
    if (!peer.is_string()) return wrong(where, "host:port", peer.dump());
    auto member = parsePeer(where, peer.get<std::string>());
    if (!member) return member.error();
    members.push_back(*std::move(member));
  }
  return members;
}

sse::Result<std::vector<sse::Member>> readMembers(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    return sse::Error{sse::Code::NotFound, path + ": expected a file that can be read, got none"};
  }
  auto members = parseMembers(text.str());
  if (!members) return sse::Error{members.error().code, path + ": " + members.error().text};
  return members;
}

}  // namespace file
