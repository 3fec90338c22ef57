#include "config/cli.h"

#include <doctest/doctest.h>

namespace sse::config {
namespace {

using Words = std::vector<std::string>;
using Flags = std::vector<std::pair<std::string, std::string>>;

CommandLine parsed(const Words& words) {
  auto line = parseCommandLine(words);
  REQUIRE_MESSAGE(line.ok(), line.error().text);
  return std::move(line).value();
}

std::string errorOf(const Words& words) {
  const auto line = parseCommandLine(words);
  return line ? "" : line.error().text;
}

}  // namespace

TEST_CASE("options are kept in both forms for load to judge") {
  const auto line =
      parsed({"start", "--config", "a.json", "--http.port", "80", "--gossip.hosts=a,b", "--x.y=", "--z=a=b"});
  CHECK(line.command == "start");
  CHECK(line.config == "a.json");
  CHECK(line.flags == Flags{{"http.port", "80"}, {"gossip.hosts", "a,b"}, {"x.y", ""}, {"z", "a=b"}});
  CHECK(line.positional.empty());
}

TEST_CASE("a flag without a value is true") {
  CHECK(parsed({"start", "--http.cors.enabled", "--http.port", "80"}).flags ==
        Flags{{"http.cors.enabled", "true"}, {"http.port", "80"}});
  CHECK(parsed({"start", "--http.cors.enabled"}).flags == Flags{{"http.cors.enabled", "true"}});
  CHECK(parsed({"start", "--http.cors.enabled", "--config=a"}).flags == Flags{{"http.cors.enabled", "true"}});
}

TEST_CASE("values may start with one dash or be empty") {
  CHECK(parsed({"start", "--x.y", "-5"}).flags == Flags{{"x.y", "-5"}});
  CHECK(parsed({"start", "--x.y", ""}).flags == Flags{{"x.y", ""}});
}

TEST_CASE("flags are not guessed from their beginning") {
  CHECK(parsed({"start", "--conf", "a"}).flags == Flags{{"conf", "a"}});
  CHECK(parsed({"start", "--Config", "a"}).flags == Flags{{"Config", "a"}});
}

TEST_CASE("commands have flags of their own") {
  auto line = parsed({"publish", "http://h/publish/a", "--event", "greet", "--retry=5", "-"});
  CHECK(line.positional == Words{"http://h/publish/a", "-"});
  CHECK(line.command_flags == std::map<std::string, std::string>{{"event", "greet"}, {"retry", "5"}});
  line = parsed({"subscribe", "--json", "http://h/subscribe/a", "--last-event-id", "7"});
  CHECK(line.positional == Words{"http://h/subscribe/a"});
  CHECK(line.command_flags == std::map<std::string, std::string>{{"json", "true"}, {"last-event-id", "7"}});
  line = parsed({"options", "--format", "json", "--plugins.path", "p"});
  CHECK(line.command_flags == std::map<std::string, std::string>{{"format", "json"}});
  CHECK(line.flags == Flags{{"plugins.path", "p"}});
}

TEST_CASE("behind two dashes nothing is a flag") {
  CHECK(parsed({"publish", "--event=e", "--", "http://h/", "--event"}).positional == Words{"http://h/", "--event"});
}

TEST_CASE("help and version go without a command and without arguments") {
  CHECK(parsed({"--help"}).help);
  CHECK(parsed({"--version"}).version);
  CHECK(parsed({"publish", "--help"}).help);
  CHECK(parsed({"publish", "--help"}).command == "publish");
  CHECK(parsed({}).command.empty());
}

TEST_CASE("mistakes are told with what to do") {
  CHECK(errorOf({"strat"}) == "command line: unknown command \"strat\"; did you mean start?");
  CHECK(errorOf({"-h"}) == "command line: unknown command \"-h\"; see sse-cluster --help");
  CHECK(errorOf({"--http.port", "80"}) == "command line: expected a command first (start?); see sse-cluster --help");
  CHECK(errorOf({"publish", "u", "--evnt", "x"}) ==
        "command line: unknown flag --evnt for publish; did you mean --event?");
  CHECK(errorOf({"publish", "u", "--http.port=1"}) ==
        "command line: unknown flag --http.port for publish; see sse-cluster publish --help");
  CHECK(errorOf({"start", "--config", "a", "--config", "b"}) == "command line: --config is given twice");
  CHECK(errorOf({"publish", "u", "--id=1", "--id=2"}) == "command line: --id is given twice");
  CHECK(errorOf({"start", "now"}) ==
        "command line: expected sse-cluster start [--config FILE] [--OPTION VALUE ...], got 1 arguments that are no "
        "flags");
  CHECK(errorOf({"subscribe"}).starts_with("command line: expected sse-cluster subscribe URL"));
  for (const Words& words : {Words{"start", "--config"}, Words{"start", "--config="}, Words{"start", "--config", "--x"},
                             Words{"subscribe", "u", "--json=x"}, Words{"start", "--help=x"}, Words{"start", "--=x"}}) {
    CAPTURE(words.back());
    CHECK(errorOf(words).starts_with("command line: "));
  }
}

TEST_CASE("the help names every command, and a command's page its flags") {
  for (const char* name : {"start", "check", "plugins", "options", "publish", "subscribe"}) {
    CHECK(helpText().find("  sse-cluster " + std::string(name) + " ") != std::string::npos);
  }
  CHECK(helpText("publish").find("--retry MS") != std::string::npos);
  CHECK(helpText("nothing") == helpText());
}

}  // namespace sse::config
