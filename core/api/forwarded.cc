#include "api/forwarded.h"

#include <algorithm>

#include "http/head_parser.h"

namespace sse::api {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Of "10.0.0.1:4711", "[2001:db8::1]:4711" and "[2001:db8::1]" the address.
std::string_view withoutPort(std::string_view hop) {
  if (hop.starts_with('[')) return hop.substr(1, std::min(hop.find(']'), hop.size()) - 1);
  return std::ranges::count(hop, ':') == 1 ? hop.substr(0, hop.find(':')) : hop;
}

/// The last hop that is none of `proxies`; empty where there is none.
std::string lastForeignHop(std::string_view forwarded, const net::Networks& proxies) {
  while (!forwarded.empty()) {
    const auto comma = forwarded.rfind(',');
    const auto hop = trimmed(comma == std::string_view::npos ? forwarded : forwarded.substr(comma + 1));
    forwarded = comma == std::string_view::npos ? std::string_view() : forwarded.substr(0, comma);
    const auto address = net::parseAddress(withoutPort(hop));
    if (address && !proxies.contains(*address)) return net::addressText(*address);
    if (!address && !hop.empty()) return std::string(hop);
  }
  return {};
}

}  // namespace

std::string clientAddress(const http::Head& head, const net::Address& direct, const net::Networks& proxies) {
  if (!proxies.contains(direct)) return net::addressText(direct);
  const auto headers = head.headers();
  // A proxy adds to the header that came, or adds a header behind it: only the end is what proxies of ours wrote.
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    if (!http::sameWithoutCase(header->name, "X-Forwarded-For")) continue;
    if (auto hop = lastForeignHop(header->value, proxies); !hop.empty()) return hop;
  }
  return net::addressText(direct);
}

}  // namespace sse::api
