#include "auth/token/key_table.h"

#include <Poco/SHA2Engine.h>
#include <ctime>
#include <set>

#include <nlohmann/json.hpp>

#include "sse/unix_time.h"

namespace sse::token {
namespace {

using nlohmann::json;
constexpr std::string_view kHashPrefix = "sha256:";
constexpr std::size_t kMaxName = 256;

Error wrong(const std::string& text) { return {Code::InvalidArgument, text}; }

std::optional<unsigned> nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<Hash> parseHash(std::string_view text) {
  Hash hash{};
  if (!text.starts_with(kHashPrefix)) return std::nullopt;
  text.remove_prefix(kHashPrefix.size());
  if (text.size() != 2 * hash.size()) return std::nullopt;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const auto high = nibble(text[2 * i]);
    const auto low = nibble(text[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    hash[i] = static_cast<unsigned char>(*high << 4U | *low);
  }
  return hash;
}

std::string textOf(const json& row, const char* member) {
  const auto found = row.find(member);
  return found != row.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<void> checkMembers(const json& row) {
  static const std::set<std::string> known{"name", "hash", "certificate", "publish", "subscribe", "admin", "expires"};
  if (!row.is_object()) return wrong("expected an object");
  for (const auto& [name, value] : row.items()) {
    if (!known.contains(name)) return wrong('"' + name + "\" is no member of a token");
  }
  return {};
}

bool isName(const std::string& name) {
  if (name.empty() || name.size() > kMaxName) return false;
  return std::none_of(name.begin(), name.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool isCertificateName(std::string_view name) {
  for (const std::string_view kind : {"DNS:", "URI:", "email:", "IP:"}) {
    if (name.starts_with(kind)) return name.size() > kind.size();
  }
  return name.find('=') != std::string_view::npos && name.front() != '=';
}

/// Everything but what the key is found by.
Result<Key> readKey(const json& row) {
  Key key;
  key.name = textOf(row, "name");
  if (!isName(key.name)) return wrong("name: expected 1 to 256 bytes without control characters");
  auto rights = Rights::read(row);
  if (!rights) return rights.error();
  key.rights = std::move(*rights);
  const auto expires = row.find("expires");
  if (expires != row.end() && !expires->is_null()) {
    key.expires = parseTime(textOf(row, "expires"));
    if (!key.expires) return wrong("expires: expected a time in UTC as 2027-01-31T12:00:00Z");
  }
  const Hash whole = hashOf(row.dump(-1, ' ', true, json::error_handler_t::replace));
  std::memcpy(&key.credential, whole.data(), sizeof key.credential);
  if (key.credential == 0) key.credential = 1;
  return key;
}

}  // namespace

Hash hashOf(std::string_view token) {
  Poco::SHA2Engine engine(Poco::SHA2Engine::SHA_256);
  engine.update(token.data(), token.size());
  const auto& digest = engine.digest();
  Hash hash{};
  std::copy_n(digest.begin(), hash.size(), hash.begin());
  return hash;
}

std::optional<Time> parseTime(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* end = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (copy.size() != 20 || end == nullptr || *end != '\0') return std::nullopt;
  const std::tm asked = parts;
  const std::time_t seconds = ::timegm(&parts);
  // The 31st of February is taken for a day of March.
  if (seconds < 0 || parts.tm_mday != asked.tm_mday || parts.tm_mon != asked.tm_mon) return std::nullopt;
  return fromUnixTime(static_cast<double>(seconds));
}

Result<KeyTable> KeyTable::parse(std::string_view text) {
  const auto file = json::parse(text, nullptr, false);
  const auto rows = file.is_object() ? file.find("tokens") : file.end();
  if (!file.is_object() || rows == file.end() || !rows->is_array()) {
    return wrong("expected {\"tokens\": [{\"name\": …, \"hash\": …}, …]}");
  }
  KeyTable table;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto& row = (*rows)[i];
    const std::string where = "tokens[" + std::to_string(i) + "]: ";
    if (const auto checked = checkMembers(row); !checked) return wrong(where + checked.error().text);
    auto key = readKey(row);
    if (!key) return wrong(where + key.error().text);
    const auto added = table.add(textOf(row, "hash"), textOf(row, "certificate"), std::move(*key));
    if (!added) return wrong(where + added.error().text);
  }
  return table;
}

Result<void> KeyTable::add(const std::string& hash, const std::string& certificate, Key key) {
  if (!certificate.empty()) {
    if (!hash.empty()) return wrong("certificate: expected it or hash, got both");
    if (!isCertificateName(certificate)) {
      return wrong("certificate: expected a subject as CN=name,O=place or a name as DNS:, URI:, email: or IP:, got \"" +
                   certificate + '"');
    }
    if (certificates_.emplace(certificate, std::move(key)).second) return {};
    return wrong("certificate: the same as of a row before");
  }
  const auto parsed = parseHash(hash);
  if (!parsed) return wrong("hash: expected sha256: and 64 hexadecimal digits, as `sse-cluster token new` prints");
  if (keys_.emplace(*parsed, std::move(key)).second) return {};
  return wrong("hash: the same as of a row before");
}

const Key* KeyTable::find(const ClientCertificate& certificate) const {
  for (const auto& name : certificate.names) {
    const auto found = certificates_.find(name);
    if (found != certificates_.end()) return &found->second;
  }
  return nullptr;
}

const Key* KeyTable::find(std::string_view token) const {
  const auto found = keys_.find(hashOf(token));
  return found == keys_.end() ? nullptr : &found->second;
}

std::vector<std::uint64_t> KeyTable::missingFrom(const KeyTable& later) const {
  std::set<std::uint64_t> kept;
  for (const auto& [hash, key] : later.keys_) kept.insert(key.credential);
  for (const auto& [name, key] : later.certificates_) kept.insert(key.credential);
  std::vector<std::uint64_t> missing;
  for (const auto& [hash, key] : keys_) {
    if (!kept.contains(key.credential)) missing.push_back(key.credential);
  }
  for (const auto& [name, key] : certificates_) {
    if (!kept.contains(key.credential)) missing.push_back(key.credential);
  }
  return missing;
}

}  // namespace sse::token
