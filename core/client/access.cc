#include "client/access.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace sse::client {
namespace {

constexpr const char* kTokenVariable = "SSE_CLUSTER_TOKEN";

struct Row {
  const char* flag;
  std::string Access::* value;
  bool checks;  ///< of no use where nothing is checked
};
constexpr std::array kOfTls{Row{"ca-file", &Access::ca_file, true}, Row{"server-name", &Access::server_name, true},
                            Row{"certificate", &Access::certificate, false}, Row{"key", &Access::key, false}};

Error wrong(const std::string& flag, const std::string& text) {
  return {Code::InvalidArgument, "--" + flag + ": " + text};
}

/// What a header can carry, and no blank.
bool isToken(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Result<Access> parseAccess(const Url& url, const std::map<std::string, std::string>& flags) {
  Access access;
  access.insecure = flags.contains("insecure");
  if (access.insecure && !url.tls) return wrong("insecure", "expected an https URL beside it");
  for (const auto& row : kOfTls) {
    const auto given = flags.find(row.flag);
    if (given == flags.end()) continue;
    if (!url.tls) return wrong(row.flag, "expected an https URL beside it");
    if (given->second.empty()) return wrong(row.flag, "expected a value, got none");
    if (row.checks && access.insecure) return wrong(row.flag, "--insecure checks nothing; leave one of them out");
    access.*row.value = given->second;
  }
  const auto given = flags.find("token");
  const char* variable = std::getenv(kTokenVariable);
  if (given != flags.end()) {
    access.token = given->second;
  } else if (variable != nullptr) {
    access.token = variable;
  }
  if (isToken(access.token)) return access;
  return wrong("token", "expected no blanks, control characters or characters beyond ASCII, here or in " +
                            std::string(kTokenVariable));
}

}  // namespace sse::client
