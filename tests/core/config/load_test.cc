#include "config/load.h"

#include <chrono>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "core/config/sample.h"
#include "sse/config.h"

namespace sse::config {

using namespace std::chrono_literals;

TEST_CASE("without sources every option has its default") {
  const auto loaded = load(sampleRegistry(), {}, Unknown::Error);
  CHECK(loaded.errors.empty());
  const auto& values = loaded.values;
  CHECK(values.integer("http.port") == 8080);
  CHECK(!values.boolean("http.cors.enabled"));
  CHECK(values.list("auth") == Texts{"open"});
  CHECK(values.duration("history.max_age") == 10min);
  CHECK(values.size("history.budget") == 256U << 20U);
  CHECK(values.string("publish.wait") == "journal");
  CHECK(!values.has("gossip.port"));
  CHECK(values.list("gossip.hosts").empty());
  CHECK(values.source("http.port") == "default");
}

TEST_CASE("the command line beats the environment, that the file, that the default") {
  Sources sources;
  sources.file("{\"http\": {\"port\": 1}}");
  auto loaded = sources.load();
  CHECK(loaded.values.integer("http.port") == 1);
  CHECK(loaded.values.source("http.port") == "file " + sources.folder.path("a.json") + ":1");
  loaded = sources.variable("HTTP_PORT", "2").load();
  CHECK(loaded.values.integer("http.port") == 2);
  CHECK(loaded.values.source("http.port") == "environment HTTP_PORT");
  loaded = sources.flag("http.port", "3").load();
  CHECK(loaded.values.integer("http.port") == 3);
  CHECK(loaded.values.source("http.port") == "command line");
  CHECK(loaded.errors.empty());
}

TEST_CASE("every type can be set in every source") {
  Sources file;
  file.file(R"({"http": {"port": 1, "cors": {"enabled": true}}, "auth": ["jwt", "open"], "publish.wait": "peers",
                "history": {"max_age": "1h30m", "budget": "1MiB"}, "drain.window": 0, "gossip.hosts": "a, b"})");
  Sources flags;
  flags.flag("http.port", "1").flag("http.cors.enabled", "yes").flag("auth", "jwt, open").flag("publish.wait", "peers");
  flags.flag("history.max_age", "1h30m").flag("history.budget", "1048576").flag("drain.window", "0");
  flags.flag("gossip.hosts", "a,,b,");
  for (const auto& loaded : {file.load(), flags.load()}) {
    CHECK(loaded.errors == Texts{});
    CHECK(loaded.values.integer("http.port") == 1);
    CHECK(loaded.values.boolean("http.cors.enabled"));
    CHECK(loaded.values.list("auth") == Texts{"jwt", "open"});
    CHECK(loaded.values.string("publish.wait") == "peers");
    CHECK(loaded.values.duration("history.max_age") == 90min);
    CHECK(loaded.values.size("history.budget") == 1U << 20U);
    CHECK(loaded.values.duration("drain.window") == 0ms);
    CHECK(loaded.values.list("gossip.hosts") == Texts{"a", "b"});
  }
}

TEST_CASE("a size in a file may be a number of bytes") {
  CHECK(Sources().file(R"({"history.budget": 4096})").load().values.size("history.budget") == 4096);
}

TEST_CASE("booleans have more words outside of files") {
  for (const char* yes : {"true", "1", "yes", "on", "TRUE"}) {
    CHECK(Sources().flag("http.cors.enabled", yes).load().values.boolean("http.cors.enabled"));
  }
  for (const char* no : {"false", "0", "no", "off", "False"}) {
    CHECK(Sources().flag("http.cors.enabled", no).load().errors.empty());
  }
  CHECK(Sources().flag("http.cors.enabled", "maybe").errors() ==
        Texts{"command line --http.cors.enabled: expected true or false, got \"maybe\""});
  CHECK(Sources().file(R"({"http.cors.enabled": "yes"})").errors() ==
        Texts{"a.json:1: http.cors.enabled: expected true or false, got \"yes\""});
}

TEST_CASE("aliases set the option they are another name of") {
  CHECK(Sources()
            .file(R"({"http": {"server": {"cors": {"enabled": true}}}})")
            .load()
            .values.boolean("http.cors.enabled"));
  CHECK(Sources().variable("HTTP_SERVER_ENABLE_CORS", "true").load().values.boolean("http.cors.enabled"));
  CHECK(Sources().flag("http.server.port", "9").load().values.integer("http.port") == 9);
  CHECK(Sources().file(R"({"gossip": {"secretKey": "k"}})").load().values.list("gossip.secret_key") == Texts{"k"});
  CHECK(Sources().variable("GOSSIP_SECRET_KEY", "k,l").load().values.list("gossip.secret_key") == Texts{"k", "l"});
}

TEST_CASE("a key with a value of its own may also be a group") {
  auto loaded = Sources().file(R"({"auth": "jwt,open", "auth.cookie": "c"})").load();
  CHECK(loaded.errors.empty());
  CHECK(loaded.values.list("auth") == Texts{"jwt", "open"});
  CHECK(loaded.values.string("auth.cookie") == "c");
  CHECK(Sources().file(R"({"auth": {"cookie": "c"}})").load().values.string("auth.cookie") == "c");
}

TEST_CASE("unknown keys and flags are errors with the nearest key, or ignored while tables are missing") {
  Sources sources;
  sources.file(
      "{\n  \"gossip\": {\n    \"prot\": 1,\n    \"hosts\": []\n  },\n  \"jwt\": {\"issuer\": 1}, \"nonsense\": 2, "
      "\"x\": {}\n}");
  sources.flag("htp.port", "1").flag("a\nb", "1");
  CHECK(sources.errors() == Texts{"command line --htp.port: unknown flag; did you mean --http.port?",
                                  "command line --\"a\\nb\": unknown flag",
                                  "a.json:3: gossip.prot: unknown key; did you mean gossip.port?",
                                  "a.json:6: jwt.issuer: unknown key; nothing that is loaded has options under \"jwt\"",
                                  "a.json:6: nonsense: unknown key", "a.json:6: x: unknown key"});
  CHECK(sources.load(coreRegistry(), Unknown::Ignore).errors.empty());
}

TEST_CASE("a name for the schema may stand in a file") {
  CHECK(Sources().file(R"({"$schema": "options.schema.json"})").errors().empty());
}

TEST_CASE("wrong values in a file name file, line and key path, what was expected and what was found") {
  Sources sources;
  sources.file(R"({
  "http": {
    "port":
      "x",
    "cors.enabled": 1
  },
  "http.server.port": "80",
  "auth": [1],
  "auth.cookie": 5,
  "publish": {"wait": "never"},
  "history.max_age": 15,
  "history": {"budget": "1KB"},
  "drain": {"window": "2h"},
  "gossip": {"port": 65536, "hosts": ["a", ["b"]]}
})");
  CHECK(
      sources.errors() ==
      Texts{"a.json:3: http.port: expected a whole number from 0 to 65535, got \"x\"",
            "a.json:5: http.cors.enabled: expected true or false, got 1",
            "a.json:7: http.server.port: the same as http.port, set twice, first on line 3",
            "a.json:8: auth: expected a list of texts, got an item 1", "a.json:9: auth.cookie: expected text, got 5",
            "a.json:10: publish.wait: expected journal or peers, got \"never\"",
            ("a.json:11: history.max_age: expected a duration in ms, s, m, h or d (\"15s\"), got 15; write it with its "
             "unit, in quotes"),
            "a.json:12: history.budget: expected a size in B, KiB, MiB or GiB (\"64MiB\"), got \"1KB\"",
            "a.json:13: drain.window: expected a duration of at most 1h in ms, s, m, h or d (\"15s\"), got \"2h\"",
            "a.json:14: gossip.port: expected a whole number from 0 to 65535, got 65536",
            "a.json:14: gossip.hosts: expected a list of texts, got an item []"});
}

TEST_CASE("numbers in quotes, null, fractions and huge numbers are no whole numbers") {
  const std::string expected = "a.json:1: http.port: expected a whole number from 0 to 65535, got ";
  CHECK(Sources().file(R"({"http.port": "80"})").errors() == Texts{expected + "\"80\"; write it without quotes"});
  CHECK(Sources().file(R"({"http.port": null})").errors() ==
        Texts{expected + "null; leave the key out for its default"});
  CHECK(Sources().file(R"({"http.port": 80.0})").errors() == Texts{expected + "80.0"});
  CHECK(Sources().file(R"({"http.port": -1})").errors() == Texts{expected + "-1"});
  CHECK(Sources().file(R"({"http.port": 18446744073709551615})").errors() == Texts{expected + "18446744073709551615"});
  CHECK(Sources().flag("http.port", "18446744073709551616").errors().size() == 1);
  CHECK(Sources().flag("http.port", " 80").errors().size() == 1);
  CHECK(Sources().flag("http.port", "").errors().size() == 1);
}

TEST_CASE("an object where a value belongs and a value where an object belongs are told") {
  CHECK(Sources().file("{\"http\": {\n\"port\": {\"x\": {\"y\": [1, {}]}, \"z\": {}},\n\"prot\": 1}}").errors() ==
        Texts{"a.json:2: http.port: expected a whole number from 0 to 65535, got an object",
              "a.json:3: http.prot: unknown key; did you mean http.port?"});
  CHECK(Sources().file(R"({"http": 5, "gossip": []})").errors() ==
        Texts{"a.json:1: http: expected an object with the options under it, got \"number\"",
              "a.json:1: gossip: expected an object with the options under it, got \"array\""});
}

TEST_CASE("a value set twice in a file is an error") {
  CHECK(Sources().file("{\"http.port\": 1,\n\"http\": {\"port\": 1}}").errors() ==
        Texts{"a.json:2: http.port: set twice, first on line 1"});
}

TEST_CASE("files that are no JSON objects are told with line and column") {
  CHECK(Sources().file("{\n  \"http.port\": 1,\n}").errors() ==
        Texts{"a.json:3:1: not JSON: syntax error while parsing object key - unexpected '}'; expected string literal"});
  CHECK(Sources().file("{\"http.port\": 70000,\n  \"a\": tru }").errors() ==
        Texts{"a.json:1: http.port: expected a whole number from 0 to 65535, got 70000",
              "a.json:2:11: not JSON: syntax error while parsing value - invalid literal"});
  CHECK(Sources().file("[1]").errors() == Texts{"a.json:1: expected an object, got array"});
  CHECK(Sources().file("5").errors() == Texts{"a.json:1: expected an object, got number"});
  CHECK(Sources().file("").errors().size() == 1);
  CHECK(Sources().file("{} {}").errors().size() == 1);
  CHECK(Sources().file("{\"http.port\": 1e999}").errors() == Texts{"a.json:1:19: not JSON: number overflow"});
}

TEST_CASE("a syntax error does not repeat what may be a secret") {
  const auto errors = Sources().file("{\"gossip.secret_key\": \"hush\nhush\"}").errors();
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].find("hush") == std::string::npos);
  CHECK(errors[0].starts_with("a.json:1:28: not JSON: "));
}

TEST_CASE("a file that cannot be had is an error") {
  Sources sources;
  sources.input.file = sources.folder.path("none.json");
  CHECK(sources.errors() == Texts{"none.json: cannot be read: No such file or directory"});
  sources.input.file = sources.folder.path("");
  REQUIRE(sources.errors().size() == 1);
  CHECK(sources.errors()[0].find("cannot be read: Is a directory") != std::string::npos);
  sources.file(std::string((1 << 20) + 1, ' '));
  CHECK(sources.errors() == Texts{"a.json: expected a file of at most 1MiB, got a larger one"});
}

TEST_CASE("wrong variables are named, and Kubernetes where it is the cause") {
  CHECK(Sources().variable("HTTP_SERVER_PORT", "x").errors() ==
        Texts{"environment HTTP_SERVER_PORT: expected a whole number from 0 to 65535, got \"x\""});
  Sources sources;
  CHECK(sources.variable("HTTP_PORT", "tcp://10.0.0.1:80").errors() ==
        Texts{"environment HTTP_PORT: expected a whole number from 0 to 65535, got \"tcp://10.0.0.1:80\"; Kubernetes "
              "sets this for a service named http: rename the service, set enableServiceLinks: false for the pod, or "
              "set the option by its flag"});
  CHECK(sources.flag("http.port", "80").errors().empty());
}

TEST_CASE("empty variables count as not set and unlisted ones are not read") {
  Sources sources;
  sources.variable("HTTP_PORT", "").variable("GOSSIP_PROT", "x").file(R"({"http.port": 7})");
  const auto loaded = sources.load();
  CHECK(loaded.errors.empty());
  CHECK(loaded.values.integer("http.port") == 7);
}

TEST_CASE("two variables of one option must agree") {
  Sources sources;
  CHECK(sources.variable("HTTP_PORT", "7").variable("HTTP_SERVER_PORT", "7").errors().empty());
  CHECK(sources.variable("HTTP_SERVER_PORT", "8").errors() ==
        Texts{"environment HTTP_SERVER_PORT: expected the same as in HTTP_PORT, which sets http.port too; unset one of "
              "them"});
}

TEST_CASE("a flag given twice is an error, also by its alias") {
  CHECK(Sources().flag("http.port", "1").flag("http.server.port", "2").errors() ==
        Texts{"command line --http.server.port: given twice; a list is one flag with commas"});
}

TEST_CASE("all errors of all sources are reported at once") {
  Sources sources;
  sources.flag("http.port", "x").variable("HISTORY_MAX_AGE", "soon").file(R"({"publish.wait": "no", "y": 1})");
  CHECK(sources.errors().size() == 4);
}

TEST_CASE("a wrong value leaves the default in place") {
  const auto loaded = Sources().flag("http.port", "x").file(R"({"http.port": 5})").load();
  CHECK(loaded.values.integer("http.port") == 8080);
}

TEST_CASE("an empty text or list is no value, also in the place of a default") {
  CHECK(!Sources().flag("auth.cookie", "").load().values.has("auth.cookie"));
  CHECK(!Sources().file(R"({"auth": []})").load().values.has("auth"));
  CHECK(Sources().file(R"({"gossip.hosts": ["a", ""]})").errors() ==
        Texts{"a.json:1: gossip.hosts: expected a list of texts, got \"\""});
}

TEST_CASE("text that is not UTF-8 is refused") {
  CHECK(Sources().flag("auth.cookie", "\xff").errors() ==
        Texts{"command line --auth.cookie: expected text, got bytes that are not UTF-8"});
  CHECK(Sources().flag("gossip.hosts", "\xff").errors().size() == 1);
}

TEST_CASE("a secret may stand in a file that its twin names") {
  Sources sources;
  const auto key = sources.folder.file("key", "one,two\n");
  sources.file("{\"gossip\": {\n\"secret_key_file\": \"" + key + "\"}}");
  auto loaded = sources.load();
  CHECK(loaded.errors.empty());
  CHECK(loaded.values.list("gossip.secret_key") == Texts{"one", "two"});
  CHECK(loaded.values.source("gossip.secret_key").ends_with("a.json:2"));
  CHECK(sources.variable("GOSSIP_SECRET_KEY", "three").errors() ==
        Texts{"file a.json:2: gossip.secret_key_file: gossip.secret_key is set too (environment GOSSIP_SECRET_KEY); "
              "keep one"});
}

TEST_CASE("files of secrets that are missing or empty are errors") {
  Sources sources;
  sources.flag("gossip.secret_key_file", sources.folder.path("none"));
  CHECK(sources.errors() ==
        Texts{"command line: gossip.secret_key_file: none cannot be read: No such file or directory"});
  sources.folder.file("none", "\r\n");
  CHECK(sources.errors() == Texts{"command line: gossip.secret_key_file: none: expected a secret, got an empty file"});
}

TEST_CASE("no error shows a secret") {
  CHECK(Sources().file(R"({"gossip.secret_key": 12345})").errors() ==
        Texts{"a.json:1: gossip.secret_key: expected a list of texts, got a value that is not shown"});
}

TEST_CASE("plugins get their own options as checked JSON") {
  const auto loaded = Sources().file(R"({"gossip": {"port": 5, "secret_key": "k"}})").load();
  CHECK(nlohmann::json::parse(loaded.values.settingsJson("gossip")) ==
        nlohmann::json{{"gossip.port", 5},
                       {"gossip.hosts", nullptr},
                       {"gossip.secret_key", {"k"}},
                       {"gossip.secret_key_file", nullptr}});
  const Settings core(loaded.values.settingsJson("core"));
  CHECK(core.duration("history.max_age") == 10min);
  CHECK(core.size("history.budget") == 256U << 20U);
  CHECK(core.list("auth") == Texts{"open"});
  CHECK(!core.boolean("http.cors.enabled"));
  CHECK(loaded.values.settingsJson("nobody") == "{}");
}

TEST_CASE("shown configuration hides secrets and can be loaded again") {
  Sources sources;
  sources.file(R"({"gossip": {"port": 5, "secret_key": "hush"}, "auth.cookie": "c", "history.max_age": 0})");
  const auto shown = sources.load().values.redacted();
  CHECK(shown == nlohmann::json::parse(R"({
    "http": {"port": 8080, "cors": {"enabled": false}}, "auth": ["open"], "auth.cookie": "c",
    "publish": {"wait": "journal"}, "history": {"max_age": "0s", "budget": "256MiB"}, "drain": {"window": "5s"},
    "gossip": {"port": 5, "secret_key": "***"}})"));
  CHECK(Sources().file(shown.dump()).load().values.redacted() == shown);
}

TEST_CASE("what changed and does not reload is named") {
  const auto before = Sources().file(R"({"http": {"port": 1}})").load().values;
  CHECK(before.needRestart(before) == Texts{});
  const auto after = Sources().file(R"({"http": {"port": 2}, "history": {"max_age": "5m"}})").load().values;
  CHECK(before.needRestart(after) == Texts{"http.port"});
}

}  // namespace sse::config
