#include <array>
#include <doctest/doctest.h>
#include <string>

#include "config/row.h"
#include "config/value.h"
#include "sse/conformance/option_value.h"

using namespace sse;

namespace {

constexpr std::array kOptions = {
    Option{.key = "x.on", .type = OptionType::Boolean, .default_text = "true", .help = "h"},
    Option{.key = "x.count", .type = OptionType::Integer, .default_text = "3", .help = "h", .min = 0, .max = 9},
    Option{.key = "x.time", .type = OptionType::Duration, .default_text = "15s", .help = "h", .min = 100},
    Option{.key = "x.size", .type = OptionType::Size, .default_text = "64KiB", .help = "h"},
    Option{.key = "x.word", .type = OptionType::String, .default_text = "a", .help = "h", .choices = "a,b"},
    Option{.key = "x.text", .type = OptionType::String, .default_text = nullptr, .help = "h"},
    Option{.key = "x.list", .type = OptionType::List, .default_text = nullptr, .help = "h"},
};

}  // namespace

TEST_CASE("the suite reads an option's text as the node does") {
  for (const auto& option : kOptions) {
    const auto row = config::makeRow("x", option);
    for (const auto* text : {"true", "false", "0", "7", "10", "-1", "1h30m", "99ms", "1MiB", "a", "b", "a,b", "a, b",
                             "\"\\\n", "", "x y"}) {
      CAPTURE(option.key);
      CAPTURE(text);
      // The node knows more words for true and false; nobody needs them here.
      if (option.type == OptionType::Boolean && text == std::string_view("0")) continue;
      const auto ours = conformance::valueAsJson(option, text);
      const auto theirs = config::valueFromText(row, text);
      REQUIRE(ours.ok() == theirs.ok());
      if (ours.ok()) CHECK(nlohmann::json::parse(*ours) == *theirs);
    }
  }
}

TEST_CASE("settings are the given values and defaults, and an unknown key is named") {
  const auto json = conformance::settingsJson(kOptions, {{"x.count", "4"}, {"x.list", "p,q"}});
  REQUIRE(json.ok());
  CHECK(*json == R"({"x.on":true,"x.count":4,"x.time":15000,"x.size":65536,"x.word":"a","x.text":null,)"
                 R"("x.list":["p","q"]})");
  CHECK(conformance::settingsJson(kOptions, {{"x.count", "99"}}).error().text.find("x.count: expected") == 0);
  CHECK(conformance::settingsJson(kOptions, {{"x.cuont", "1"}}).error().text.find("x.cuont: expected a key") == 0);
}
