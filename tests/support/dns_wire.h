#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <string>
#include <vector>

/// DNS messages as bytes (RFC 1035 section 4), made by hand for tests.
namespace sse::test {

/// Numbers of record types.
enum DnsType : std::uint16_t { kDnsA = 1, kDnsCname = 5, kDnsSoa = 6, kDnsAaaa = 28, kDnsSrv = 33 };

inline std::string dnsU16(unsigned value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }
inline std::string dnsU32(std::uint32_t value) { return dnsU16(value >> 16) + dnsU16(value & 0xffff); }

/// A name in wire form, without compression. "." is the root.
inline std::string dnsName(std::string name) {
  std::string wire;
  while (!name.empty() && name != ".") {
    const auto label = name.substr(0, name.find('.'));
    wire += static_cast<char>(label.size()) + label;
    name = name.size() > label.size() ? name.substr(label.size() + 1) : "";
  }
  return wire + '\0';
}

/// A record in wire form.
inline std::string dnsRecord(const std::string& owner, unsigned type, std::uint32_t ttl, const std::string& data) {
  return dnsName(owner) + dnsU16(type) + dnsU16(1) + dnsU32(ttl) + dnsU16(static_cast<unsigned>(data.size())) + data;
}

/// An A or AAAA record.
inline std::string dnsAddress(const std::string& owner, const std::string& address, std::uint32_t ttl) {
  const bool v6 = address.find(':') != std::string::npos;
  char bytes[16];
  inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), bytes);
  return dnsRecord(owner, v6 ? kDnsAaaa : kDnsA, ttl, std::string(bytes, v6 ? 16 : 4));
}

/// An SRV record.
inline std::string dnsService(const std::string& owner, const std::string& target, unsigned port, std::uint32_t ttl) {
  return dnsRecord(owner, kDnsSrv, ttl, dnsU16(0) + dnsU16(0) + dnsU16(port) + dnsName(target));
}

/// An SOA record whose minimum is `minimum`.
inline std::string dnsZone(const std::string& owner, std::uint32_t ttl, std::uint32_t minimum) {
  return dnsRecord(owner, kDnsSoa, ttl,
                   dnsName("ns.test") + dnsName("root.test") + std::string(16, 'x') + dnsU32(minimum));
}

/// What a server says to one question.
struct DnsAnswer {
  int rcode = 0;
  std::vector<std::string> records{};
  std::vector<std::string> authority{};
  std::vector<std::string> additional{};

  /// The message, for a question in wire form.
  [[nodiscard]] std::string message(const std::string& id, const std::string& question, bool cut = false) const {
    auto text =
        id + dnsU16(0x8180U | static_cast<unsigned>(rcode) | (cut ? 0x0200U : 0U)) + dnsU16(question.empty() ? 0 : 1);
    for (const auto* section : {&records, &authority, &additional}) {
      text += dnsU16(cut ? 0 : static_cast<unsigned>(section->size()));
    }
    text += question;
    if (cut) return text;
    for (const auto* section : {&records, &authority, &additional}) {
      for (const auto& record : *section) text += record;
    }
    return text;
  }
};

}  // namespace sse::test
