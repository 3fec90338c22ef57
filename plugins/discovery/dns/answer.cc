#include "discovery/dns/answer.h"

#include <algorithm>
#include <ares.h>
#include <arpa/inet.h>
#include <memory>
#include <utility>

namespace sse::dns {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::uint16_t kClassIn = 1;
constexpr std::uint16_t kTypeA = 1;
constexpr std::uint16_t kTypeCname = 5;
constexpr std::uint16_t kTypeSoa = 6;
constexpr std::uint16_t kTypeAaaa = 28;
constexpr std::uint16_t kTypeSrv = 33;

enum class Section : std::uint8_t { Answer, Authority, Additional };

/// What stands before a record's data.
struct Head {
  std::string owner;
  std::uint16_t type = 0;
  std::uint16_t klass = 0;
  std::uint32_t ttl = 0;
  std::size_t end = 0;  // of the data, in the message
};

std::string plain(std::string name) {
  if (name.ends_with('.')) name.pop_back();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name;
}

/// Walks over a message. Once a read has failed all others fail.
class Cursor {
 public:
  explicit Cursor(std::span<const unsigned char> message) : message_(message) {}

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::size_t at() const { return at_; }

  void moveTo(std::size_t at) {
    good_ = good_ && at <= message_.size();
    if (good_) at_ = at;
  }

  std::span<const unsigned char> bytes(std::size_t count) {
    good_ = good_ && message_.size() - at_ >= count;
    if (!good_) return {};
    at_ += count;
    return message_.subspan(at_ - count, count);
  }

  std::uint16_t u16() {
    const auto two = bytes(2);
    return good_ ? static_cast<std::uint16_t>(two[0] << 8 | two[1]) : 0;
  }

  std::uint32_t u32() {
    const std::uint32_t high = u16();
    return high << 16 | u16();
  }

  std::string name() {
    char* text = nullptr;
    long length = 0;
    good_ = good_ && at_ < message_.size() &&
            ares_expand_name(message_.data() + at_, message_.data(), static_cast<int>(message_.size()), &text,
                             &length) == ARES_SUCCESS;
    if (!good_) return {};
    const std::unique_ptr<char, decltype(&ares_free_string)> owner(text, &ares_free_string);
    moveTo(at_ + static_cast<std::size_t>(length));
    return plain(text);
  }

  Head head() {
    Head head;
    head.owner = name();
    head.type = u16();
    head.klass = u16();
    head.ttl = u32();
    const std::size_t length = u16();
    head.end = at_ + length;
    good_ = good_ && head.end <= message_.size();
    return head;
  }

 private:
  std::span<const unsigned char> message_;
  std::size_t at_ = 0;
  bool good_ = true;
};

/// Collects what a message says, record by record.
class Collector {
 public:
  explicit Collector(std::span<const unsigned char> message) : cursor_(message) {}

  Result<Answer> run() {
    cursor_.moveTo(4);
    const auto questions = cursor_.u16();
    const std::pair<Section, std::uint16_t> sections[] = {
        {Section::Answer, cursor_.u16()}, {Section::Authority, cursor_.u16()}, {Section::Additional, cursor_.u16()}};
    for (int i = 0; i < questions && cursor_.good(); ++i) {
      cursor_.name();
      cursor_.u32();
    }
    for (const auto& [section, count] : sections) {
      for (int i = 0; i < count && cursor_.good() && !answer_.cut; ++i) record(section);
    }
    if (!cursor_.good()) return Error{Code::InvalidArgument, "a DNS answer: expected a whole message, got a part"};
    if (!answer_.ttl) answer_.ttl = negative_;
    return std::move(answer_);
  }

 private:
  void record(Section section) {
    if (++records_ > kMaxRecords) {
      answer_.cut = true;
      return;
    }
    const auto head = cursor_.head();
    if (!cursor_.good()) return;
    if (head.klass == kClassIn) data(section, head);
    if (cursor_.good()) cursor_.moveTo(head.end);
  }

  void data(Section section, const Head& head) {
    if (section == Section::Authority) {
      if (head.type == kTypeSoa) zone(head);
    } else if (head.type == kTypeA || head.type == kTypeAaaa) {
      address(section, head);
    } else if (section == Section::Answer && head.type == kTypeSrv) {
      service(head);
    } else if (section == Section::Answer && head.type == kTypeCname) {
      keepFor(answer_.ttl, head.ttl);
    }
  }

  void address(Section section, const Head& head) {
    const bool v6 = head.type == kTypeAaaa;
    const std::size_t length = v6 ? sizeof(in6_addr) : sizeof(in_addr);
    if (head.end - cursor_.at() != length || !isName(head.owner)) return;
    char text[INET6_ADDRSTRLEN];
    if (inet_ntop(v6 ? AF_INET6 : AF_INET, cursor_.bytes(length).data(), text, sizeof(text)) == nullptr) return;
    auto& list = section == Section::Answer ? answer_.addresses : answer_.additional;
    list.push_back({head.owner, text, v6});
    // Beside other answers there are addresses of name servers.
    if (section == Section::Answer || !answer_.services.empty()) keepFor(answer_.ttl, head.ttl);
  }

  void service(const Head& head) {
    cursor_.u32();
    const auto port = cursor_.u16();
    auto target = cursor_.name();
    if (!cursor_.good() || cursor_.at() != head.end || (!target.empty() && !isName(target))) return;
    answer_.services.push_back({std::move(target), port});
    keepFor(answer_.ttl, head.ttl);
  }

  void zone(const Head& head) {
    cursor_.name();
    cursor_.name();
    cursor_.bytes(16);
    const auto minimum = cursor_.u32();
    if (!cursor_.good() || cursor_.at() != head.end) return;
    keepFor(negative_, head.ttl);
    keepFor(negative_, minimum);
  }

  /// A TTL with the highest bit set is zero (RFC 2181 section 8).
  static void keepFor(std::optional<std::chrono::seconds>& ttl, std::uint32_t seconds) {
    const std::chrono::seconds told(seconds > 0x7fffffffU ? 0 : seconds);
    ttl = std::min(ttl.value_or(told), told);
  }

  Cursor cursor_;
  Answer answer_;
  std::optional<std::chrono::seconds> negative_;
  std::size_t records_ = 0;
};

}  // namespace

Result<Answer> parseAnswer(std::span<const unsigned char> message) {
  if (message.size() < kHeader || message.size() > 65'535) {
    return Error{Code::InvalidArgument,
                 "a DNS answer: expected 12 to 65535 bytes, got " + std::to_string(message.size())};
  }
  return Collector(message).run();
}

bool isName(std::string_view name) {
  const auto legal = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  };
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > kMaxName) return false;
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
    } else if (!legal(c) || ++label > 63) {
      return false;
    }
  }
  return label > 0;
}

}  // namespace sse::dns
