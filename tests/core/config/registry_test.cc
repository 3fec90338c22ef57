#include "config/registry.h"

#include <algorithm>
#include <doctest/doctest.h>

#include "core/config/sample.h"

namespace sse::config {
namespace {

/// The problems of a table of one row.
Texts problemsOf(const Option& option) { return checkTable("p", std::span(&option, 1)); }

Option good() { return {.key = "p.x", .type = OptionType::Integer, .default_text = "1", .help = "help"}; }

}  // namespace

TEST_CASE("a row is found by its key and by its aliases") {
  const auto registry = sampleRegistry();
  CHECK(registry.problems().empty());
  REQUIRE(registry.find("http.port") != nullptr);
  CHECK(registry.find("http.server.port") == registry.find("http.port"));
  CHECK(registry.find("gossip.secretKey")->key == "gossip.secret_key");
  CHECK(registry.find("http") == nullptr);
  CHECK(registry.isGroup("http"));
  CHECK(registry.isGroup("http.server.cors"));
  CHECK(!registry.isGroup("http.port"));
}

TEST_CASE("variables derive from key and aliases, upper-case aliases are variables") {
  const auto registry = sampleRegistry();
  CHECK(registry.find("http.port")->variables == Texts{"HTTP_PORT", "HTTP_SERVER_PORT"});
  CHECK(registry.find("http.cors.enabled")->variables ==
        Texts{"HTTP_CORS_ENABLED", "HTTP_SERVER_CORS_ENABLED", "HTTP_SERVER_ENABLE_CORS"});
  CHECK(registry.find("gossip.secret_key")->variables == Texts{"GOSSIP_SECRET_KEY", "GOSSIP_SECRETKEY"});
  CHECK(variableName("a-b.c_d") == "A_B_C_D");
}

TEST_CASE("a secret gets a twin that names a file") {
  const auto registry = sampleRegistry();
  const auto* twin = registry.find("gossip.secret_key_file");
  REQUIRE(twin != nullptr);
  CHECK(twin->file_of == "gossip.secret_key");
  CHECK(twin->owner == "gossip");
  CHECK(twin->type == OptionType::String);
  CHECK(!twin->secret);
  CHECK(twin->variables == Texts{"GOSSIP_SECRET_KEY_FILE"});
}

TEST_CASE("a good table has no problems") { CHECK(problemsOf(good()).empty()); }

TEST_CASE("illegal keys are refused") {
  for (const char* key : {"P.x", "p..x", ".p", "p.", "p x", "1p", "p.1", "p/x", "p.\xc3\xa4"}) {
    auto option = good();
    option.key = key;
    CAPTURE(key);
    CHECK(!problemsOf(option).empty());
  }
  auto option = good();
  option.key = nullptr;
  CHECK(problemsOf(option) == Texts{"p: option \"\": expected a key, got none"});
  option.key = "config";
  CHECK(problemsOf(option) ==
        Texts{"p: option \"config\": expected another key: this one is a flag of the program itself"});
}

TEST_CASE("a default must be a legal value of its own row") {
  auto option = good();
  option.max = 0;
  CHECK(problemsOf(option) == Texts{"p: option \"p.x\": default: expected a whole number of at most 0, got \"1\""});
  option = {.key = "p.x", .type = OptionType::String, .default_text = "c", .help = "help", .choices = "a,b"};
  CHECK(problemsOf(option) == Texts{"p: option \"p.x\": default: expected a or b, got \"c\""});
}

TEST_CASE("tables that contradict themselves are refused") {
  auto option = good();
  option.help = nullptr;
  CHECK(problemsOf(option) == Texts{"p: option \"p.x\": expected a help text, got none"});
  option = good();
  option.default_text = nullptr;
  option.min = 2;
  option.max = 1;
  CHECK(problemsOf(option).size() == 1);
  option = good();
  option.choices = "1,2";
  CHECK(problemsOf(option).size() == 1);
  option = good();
  option.secret = true;
  CHECK(problemsOf(option).size() == 2);
  option = good();
  option.type = static_cast<OptionType>(77);  // NOLINT(clang-analyzer-optin.core.EnumCastOutOfRange)
  CHECK(problemsOf(option).size() == 1);
  option = good();
  option.aliases = "a b,C-D";
  CHECK(problemsOf(option).size() == 3);
}

TEST_CASE("a name that another row has is refused, and nothing of the table is taken") {
  auto registry = sampleRegistry();
  const auto rows = registry.rows().size();
  const Option same_key[] = {good(),
                             {.key = "http.port", .type = OptionType::String, .default_text = nullptr, .help = "x"}};
  CHECK(registry.add("p", same_key) == Texts{"p: option \"http.port\": key \"http.port\" is taken by option "
                                             "\"http.port\" of core"});
  const Option alias[] = {
      {.key = "p.y", .type = OptionType::String, .default_text = nullptr, .help = "x", .aliases = "gossip.port"}};
  CHECK(registry.add("p", alias) ==
        Texts{"p: option \"p.y\": alias \"gossip.port\" is taken by option \"gossip.port\" of gossip"});
  const Option variable[] = {{.key = "gossip-port", .type = OptionType::String, .default_text = nullptr, .help = "x"}};
  CHECK(registry.add("p", variable) == Texts{"p: option \"gossip-port\": environment variable \"GOSSIP_PORT\" is "
                                             "taken by option \"gossip.port\" of gossip"});
  const Option twice[] = {good(), good()};
  CHECK(registry.add("p", twice) == Texts{"p: option \"p.x\": key \"p.x\" is taken by option \"p.x\" of p"});
  CHECK(registry.rows().size() == rows);
  CHECK(registry.problems().size() == 4);
}

TEST_CASE("a suggestion is a key, also where an alias is meant") {
  const auto registry = sampleRegistry();
  CHECK(registry.suggestion("gossip.prot") == "gossip.port");
  CHECK(registry.suggestion("gossip.secretkey") == "gossip.secret_key");
  CHECK(registry.suggestion("relay.timeout").empty());
}

}  // namespace sse::config
