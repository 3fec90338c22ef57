#include "transport/relay/post_body.h"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

namespace sse::relay {
namespace {

constexpr int kMaxDepth = 256;
constexpr std::string_view kSpace = " \t\r\n";

std::string jsonText(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Takes a JSON value off the front of `rest`, one method per rule of RFC 8259; false at the first fault.
class JsonEater {
 public:
  explicit JsonEater(std::string_view text) : rest_(text) {}

  bool value(int depth) {
    space();
    if (depth > kMaxDepth || rest_.empty()) return false;
    switch (rest_.front()) {
      case '{': return list('}', [&] { return string() && take(':') && value(depth + 1); });
      case '[': return list(']', [&] { return value(depth + 1); });
      case '"': return string();
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }
  bool ended() {
    space();
    return rest_.empty();
  }

 private:
  void space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpace), rest_.size())); }
  bool word(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool take(char c) {
    space();
    return word({&c, 1});
  }
  template <typename Item>
  bool list(char end, Item item) {
    rest_.remove_prefix(1);
    if (take(end)) return true;
    for (;;) {
      if (!item()) return false;
      if (take(end)) return true;
      if (!take(',')) return false;
    }
  }
  bool string() {
    if (!take('"')) return false;
    for (std::size_t at = 0; at < rest_.size(); ++at) {
      if (rest_[at] == '"') return rest_.remove_prefix(at + 1), true;
      if (static_cast<unsigned char>(rest_[at]) < 0x20) return false;
      if (rest_[at] != '\\') continue;
      ++at;
      if (at == rest_.size() || std::string_view("\"\\/bfnrtu").find(rest_[at]) == std::string_view::npos) return false;
      if (rest_[at] != 'u') continue;
      const auto hex = rest_.substr(at + 1, 4);
      if (hex.size() < 4 || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) return false;
      at += 4;
    }
    return false;
  }
  bool digits() {
    const auto count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(count);
    return count > 0;
  }
  bool number() {
    word("-");
    if (!word("0") && !digits()) return false;
    if (word(".") && !digits()) return false;
    if (!word("e") && !word("E")) return true;
    if (!word("+")) word("-");
    return digits();
  }

  std::string_view rest_;
};

/// The fields of an entry's body.
struct Fields {
  std::string_view event;
  std::optional<std::string> data;  // lines joined
  std::string_view retry;
};

Fields fieldsOf(std::string_view body) {
  Fields fields;
  const auto field = [](std::string_view line, std::string_view name) -> std::optional<std::string_view> {
    if (!line.starts_with(name)) return std::nullopt;
    return line.substr(name.size());
  };
  while (!body.empty()) {
    const auto end = std::min(body.find('\n'), body.size());
    const auto line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (const auto event = field(line, "event: ")) fields.event = *event;
    if (const auto retry = field(line, "retry: ")) fields.retry = *retry;
    const auto data = field(line, "data: ");
    if (!data) continue;
    if (fields.data) {
      fields.data->append(1, '\n').append(*data);
    } else {
      fields.data.emplace(*data);
    }
  }
  return fields;
}

/// Line breaks of JSON stand between its parts. An original node writes data as it is, in one line.
std::string dataJson(std::string data) {
  if (!isJson(data)) return jsonText(data);
  std::replace(data.begin(), data.end(), '\n', ' ');
  return data;
}

/// Escapes all but the unreserved characters of RFC 3986.
std::string encoded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += "0123456789ABCDEF"[byte >> 4];
      out += "0123456789ABCDEF"[byte & 15];
    }
  }
  return out;
}

/// A whole number as JSON and the original program have it.
bool isMilliseconds(std::string_view text) {
  constexpr std::size_t kMostDigits = 18;
  return !text.empty() && text.size() <= kMostDigits && (text == "0" || text.front() != '0') &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string identityOf(const EventView& event) {
  return std::to_string(event.id.number) + "-" + std::string(text(event.id.origin));
}

}  // namespace

void NodeNames::add(std::string_view name) {
  if (name.empty() || std::find(list.begin(), list.end(), name) != list.end()) return;
  if (!list.empty()) json += ',';
  json += jsonText(name);
  list.emplace_back(name);
}

bool isJson(std::string_view text) {
  JsonEater eater(text);
  return eater.value(1) && eater.ended();
}

std::vector<std::string> namesOf(std::string_view been_to) {
  std::vector<std::string> names;
  if (been_to.empty()) return names;
  const auto parsed = nlohmann::json::parse(been_to, nullptr, false);
  if (!parsed.is_array()) return names;
  for (const auto& name : parsed) {
    if (name.is_string()) names.push_back(name.get<std::string>());
  }
  return names;
}

bool isPostable(const EventView& event) {
  return event.kind <= EventKind::Broadcast &&
         (event.body.starts_with("data: ") || event.body.find("\ndata: ") != std::string_view::npos);
}

std::string postBody(const EventView& event, const NodeNames& members) {
  auto fields = fieldsOf(event.body);
  const auto identity = identityOf(event);
  NodeNames also;
  for (const auto& name : namesOf(event.been_to)) {
    if (std::find(members.list.begin(), members.list.end(), name) == members.list.end()) also.add(name);
  }
  also.add("id:" + identity);
  std::string out = "{\"id\":" + jsonText(event.publisher_id.empty() ? identity : event.publisher_id);
  out += ",\"event\":" + jsonText(fields.event.empty() ? "message" : fields.event);
  if (!event.channel.empty()) out += ",\"channel\":" + jsonText(event.channel);
  out += ",\"data\":" + dataJson(std::move(fields.data).value_or(""));
  if (isMilliseconds(fields.retry)) out.append(",\"retry\":").append(fields.retry);
  out += ",\"been_to\":[" + members.json + (members.list.empty() ? "" : ",") + also.json + "]}";
  return out;
}

std::string postPath(const EventView& event, Paths paths) {
  if (event.kind == EventKind::Broadcast) return "/channel";
  if (event.kind == EventKind::Client) return "/channel/" + encoded(event.channel) + "/client/" + encoded(event.client);
  return (paths == Paths::Late ? "/channel/" : "/publish/") + encoded(event.channel);
}

}  // namespace sse::relay
