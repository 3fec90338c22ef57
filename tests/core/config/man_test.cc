#include "config/man.h"

#include <doctest/doctest.h>

#include "config/commands.h"
#include "core/config/sample.h"

namespace sse::config {
namespace {

std::string page() { return manPage(sampleRegistry(), "1.2-3", "2026-01-02"); }

bool says(const std::string& text) { return page().find(text) != std::string::npos; }

}  // namespace

TEST_CASE("the manual page has every command and every option") {
  CHECK(says(".TH SSE\\-CLUSTER 1 2026-01-02 \"sse\\-cluster 1.2\\-3\""));
  for (const auto& command : commands()) CHECK(says("\\fBsse\\-cluster " + std::string(command.name) + "\\fR "));
  CHECK(says(".TP\n\\fB\\-\\-http.port\\fR \\fIinteger\\fR\nport for HTTP; a whole number from 0 to 65535.\n"));
  CHECK(says("Default: \\fB8080\\fR.\nVariable: \\fBHTTP_PORT\\fR, \\fBHTTP_SERVER_PORT\\fR.\n"));
  CHECK(says("\\fB\\-\\-gossip.secret_key_file\\fR"));
  CHECK(says("age | limit; reloads.\n"));
}

TEST_CASE("no text of a table is taken for a request of roff") {
  constexpr Option kOdd[] = {
      {.key = "odd.text", .type = OptionType::String, .default_text = R"(a\b)", .help = ".so /etc/passwd"}};
  Registry registry;
  REQUIRE(registry.add("odd", kOdd).empty());
  const auto text = manPage(registry, "1", "2026-01-02");
  CHECK(text.find("\n\\&.so /etc/passwd.\n") != std::string::npos);
  CHECK(text.find("\\fBa\\eb\\fR") != std::string::npos);
  CHECK(text.find("\n.so") == std::string::npos);
}

}  // namespace sse::config
