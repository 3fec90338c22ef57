#include "client/token.h"

#include <Poco/DigestEngine.h>
#include <Poco/SHA2Engine.h>
#include <array>
#include <ctime>
#include <sys/random.h>

#include <nlohmann/json.hpp>

#include "base/check.h"

namespace sse::client {
namespace {

std::vector<std::string> listOf(const std::map<std::string, std::string>& flags, const char* name) {
  std::vector<std::string> list;
  const auto found = flags.find(name);
  if (found == flags.end()) return list;
  for (std::string_view rest = found->second; !rest.empty();) {
    const auto one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    if (!one.empty()) list.emplace_back(one);
  }
  return list;
}

bool isTime(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.size() == 20 && end != nullptr && *end == '\0';
}

/// RFC 4648 section 5, without padding.
std::string base64Url(const std::array<unsigned char, 32>& bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned bits = 0;
  unsigned held = 0;
  for (const unsigned char byte : bytes) {
    held = held << 8U | byte;
    for (bits += 8; bits >= 6; bits -= 6) text += kLetters[held >> (bits - 6) & 63U];
  }
  if (bits > 0) text += kLetters[held << (6 - bits) & 63U];
  return text;
}

std::string newToken() {
  std::array<unsigned char, 32> secret{};
  SSE_CHECK(::getrandom(secret.data(), secret.size(), 0) == static_cast<ssize_t>(secret.size()));
  return "sse_" + base64Url(secret);
}

}  // namespace

Result<TokenCommand> parseToken(const std::vector<std::string>& positional,
                                const std::map<std::string, std::string>& flags) {
  if (positional.size() != 1 || positional.front() != "new") {
    return Error{Code::InvalidArgument, "token: expected `token new`"};
  }
  TokenCommand command;
  if (const auto name = flags.find("name"); name != flags.end()) command.name = name->second;
  command.publish = listOf(flags, "publish");
  command.subscribe = listOf(flags, "subscribe");
  command.admin = listOf(flags, "admin");
  if (const auto expires = flags.find("expires"); expires != flags.end()) command.expires = expires->second;
  if (!command.expires.empty() && !isTime(command.expires)) {
    return Error{Code::InvalidArgument,
                 "--expires: expected a time in UTC as 2027-01-31T12:00:00Z, got \"" + command.expires + '"'};
  }
  return command;
}

int runToken(const TokenCommand& command, std::ostream& out) {
  const std::string token = newToken();
  Poco::SHA2Engine engine(Poco::SHA2Engine::SHA_256);
  engine.update(token);
  const std::string hash = Poco::DigestEngine::digestToHex(engine.digest());
  nlohmann::ordered_json row{{"name", command.name.empty() ? "token-" + hash.substr(0, 8) : command.name},
                             {"hash", "sha256:" + hash},
                             {"publish", command.publish},
                             {"subscribe", command.subscribe},
                             {"admin", command.admin}};
  if (!command.expires.empty()) row["expires"] = command.expires;
  out << "token: " << token << "\nrow:   " << row.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
      << std::endl;
  return out ? 0 : 1;
}

}  // namespace sse::client
