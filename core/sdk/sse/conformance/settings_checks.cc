#include "sse/conformance/settings_checks.h"

#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "sse/conformance/instance.h"
#include "sse/conformance/option_value.h"

namespace sse::conformance {
namespace {

constexpr const char* kNameKey = "begin the error's text with the key: \"relay.timeout: expected …, got …\"";

std::span<const Option> optionsOf(const Subject& subject) {
  return {subject.descriptor->options, subject.descriptor->option_count};
}

bool namesKey(const std::string& text, std::span<const Option> options) {
  for (const auto& option : options) {
    if (text.find(option.key) != std::string::npos) return true;
  }
  return false;
}

/// A refusal must name what to change.
void expectNamed(Check& check, const Result<void>& done, const Subject& subject, const std::string& given) {
  if (done || done.error().code == Code::Internal) return;
  check.expect(namesKey(done.error().text, optionsOf(subject)), given + " to be taken, or refused with the key's name",
               quoted(done.error().text), kNameKey);
}

void checkDefaults(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  const auto json = settingsJson(optionsOf(subject), {});
  if (!instance.made() || !json) return;
  expectNamed(check, instance.configure(*json), subject, "the defaults");
}

void checkGiven(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  if (!instance.made()) return;
  const auto before = instance.held();
  const auto calls = instance.activity();
  if (!instance.configure()) return;
  check.expect(instance.held() == before && instance.activity() == calls, "configure to begin nothing",
               "timers, watches, messages or work", "begin it in start");
}

/// JSON values that the table lets through and that a plugin may not have thought of.
std::vector<std::string> oddValues(const Option& option) {
  const bool choices = option.choices != nullptr && *option.choices != '\0';
  switch (option.type) {
    case OptionType::Boolean: return {"true", "false"};
    case OptionType::Integer: return {std::to_string(option.min), std::to_string(option.max)};
    case OptionType::Duration:
    case OptionType::Size: return {std::to_string(option.min < 0 ? 0 : option.min), std::to_string(option.max)};
    case OptionType::String:
      if (choices) return {"null"};
      return {"null", "\" \"", R"("\u0001\n%s../:[]{}\"")", '"' + std::string(10'000, 'x') + '"'};
    case OptionType::List:
      if (choices) return {"null"};
      return {"null", R"([" ", "\u0001\n%s", "::", "a:b:c", "[", "]:1", "a:99999"])", R"(["x", "x"])"};
  }
  return {};
}

void checkOdd(Check& check, const Subject& subject) {
  for (const auto& option : optionsOf(subject)) {
    for (const auto& value : oddValues(option)) {
      Instance instance(check, subject);
      if (!instance.made()) return;
      auto json = settingsOf(check, subject);
      if (json.empty()) return;
      // Of two members of one name the last counts.
      json.back() = ',';
      json += '"' + std::string(option.key) + "\":" + value + "}";
      expectNamed(check, instance.configure(json), subject, std::string(option.key) + " = " + quoted(value));
    }
  }
  if (optionsOf(subject).empty()) check.skip("the plugin has no options");
}

void checkReload(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  if (!instance.run()) return;
  const auto json = settingsOf(check, subject);
  Result<void> done;
  instance.call("reload", [&] { done = instance.plugin().reload(json); });
  const bool fine = done.ok() || namesKey(done.error().text, optionsOf(subject));
  check.expect(fine, "reload to take the settings, or name the key", done.ok() ? "" : quoted(done.error().text),
               kNameKey);
}

}  // namespace

void checkSettings(Report& report, const Subject& subject) {
  const auto run = [&](const char* name, void (*body)(Check&, const Subject&)) {
    report.run(name, [&](Check& check) { body(check, subject); });
  };
  run("settings: the defaults are taken, or the key that lacks a value is named", checkDefaults);
  run("settings: the given ones are taken, and nothing is begun", checkGiven);
  run("settings: what the table lets through is taken or refused by its key", checkOdd);
  run("settings: a reload without changes is no failure", checkReload);
}

}  // namespace sse::conformance
