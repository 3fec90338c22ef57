#include "sse/conformance/descriptor.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string_view>

#include "sse/conformance/option_value.h"

namespace sse::conformance {
namespace {

constexpr const char* kRebuild = "rebuild the plugin against this SDK with the same compiler";
constexpr const char* kFillIn = "fill it in, in the plugin's SSE_DEFINE_PLUGIN";
constexpr const char* kTable = "correct the plugin's option table";

std::string shown(const char* text) { return text == nullptr ? "nothing" : quoted(text); }

/// Words of `letters` and digits with single `between` between them.
bool isWords(std::string_view text, char between, std::string_view also) {
  if (text.empty() || text.front() == between || text.back() == between) return false;
  const auto legal = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == between || also.find(c) != std::string_view::npos;
  };
  return std::all_of(text.begin(), text.end(), legal) && text.find(std::string(2, between)) == std::string_view::npos;
}

/// Whether a key's last word says that its value must not be shown.
bool soundsSecret(std::string_view key) {
  constexpr std::array<std::string_view, 6> kWords{"secret",      "password", "passphrase",
                                                   "private_key", "token",    "credentials"};
  return std::any_of(kWords.begin(), kWords.end(), [key](std::string_view word) { return key.ends_with(word); });
}

void checkLayout(Check& check, const PluginDescriptor& is) {
  if (!check.expect(is.abi_version == SSE_ABI_VERSION, "ABI version " + std::to_string(SSE_ABI_VERSION),
                    std::to_string(is.abi_version), kRebuild)) {
    return;
  }
  if (!check.expect(is.struct_size == sizeof(PluginDescriptor),
                    "a descriptor of " + std::to_string(sizeof(PluginDescriptor)) + " bytes",
                    std::to_string(is.struct_size), kRebuild)) {
    return;
  }
  check.expect(is.build_id != nullptr && std::string_view(is.build_id) == SSE_BUILD_ID, "build id \"" SSE_BUILD_ID "\"",
               shown(is.build_id), kRebuild);
}

void checkContent(Check& check, const Subject& subject) {
  const auto& is = *subject.descriptor;
  const bool known = is.kind == Kind::Discovery || is.kind == Kind::Transport || is.kind == Kind::Auth;
  check.expect(known, "kind discovery, transport or auth", std::to_string(static_cast<int>(is.kind)), kFillIn);
  check.expect(is.name != nullptr && isWords(is.name, '-', ""), "a name of lower case letters, digits and dashes",
               shown(is.name), kFillIn);
  check.expect(is.version != nullptr && *is.version != '\0', "a version", shown(is.version), kFillIn);
  const bool one_line = is.summary != nullptr && *is.summary != '\0' &&
                        std::string_view(is.summary).find_first_of("\r\n") == std::string_view::npos;
  check.expect(one_line, "a summary of one line", shown(is.summary), kFillIn);
  check.expect(is.create != nullptr, "a create function", "nothing", kFillIn);
  check.expect(is.destroy != nullptr, "a destroy function", "nothing", kFillIn);
  check.expect(is.options != nullptr || is.option_count == 0,
               "an option table of " + std::to_string(is.option_count) + " rows", "nothing", kFillIn);
  if (check.failed() || is.name == nullptr || subject.file.empty()) return;
  const auto file = subject.file.substr(subject.file.find_last_of('/') + 1);
  const auto wanted = std::string(kindName(is.kind)) + "-" + is.name + ".so";
  check.expect(file == wanted, "the file " + wanted, file, "name the file after its descriptor");
}

void checkNumbers(Check& check, const Option& option, const std::string& where) {
  const bool texts = option.type == OptionType::String || option.type == OptionType::List;
  check.expect(option.min <= option.max, where + ": min <= max", "the contrary", kTable);
  const bool choices = option.choices != nullptr && *option.choices != '\0';
  check.expect(!choices || texts, where + ": choices only for strings and lists", "another type", kTable);
  check.expect(!option.secret || texts, where + ": secret only for strings and lists", "another type", kTable);
  check.expect(!option.secret || option.default_text == nullptr, where + ": no default for a secret", "one", kTable);
  const bool marked = option.secret || !texts || !soundsSecret(option.key);
  check.expect(marked, where + ": .secret = true where the key says so", "a value that would be shown", kTable);
}

void checkOption(Check& check, const Option& option, std::string_view plugin) {
  if (option.key == nullptr || *option.key == '\0') {
    return check.fail(std::string("expected a key in each row of the option table, found none; ") + kTable);
  }
  const std::string_view key = option.key;
  const auto where = "option " + quoted(key);
  const auto prefix = std::string(plugin) + ".";
  check.expect(isWords(key, '.', "_-"), where + ": lower case letters, digits, _ and -, dots between its parts",
               "something else", kTable);
  check.expect(key.starts_with(prefix), where + ": a key that begins with " + prefix, "another beginning", kTable);
  if (!check.expect(static_cast<int>(option.type) <= static_cast<int>(OptionType::List), where + ": a known type",
                    std::to_string(static_cast<int>(option.type)), kTable)) {
    return;
  }
  const bool help = option.help != nullptr && *option.help != '\0' &&
                    std::string_view(option.help).find_first_of("\r\n") == std::string_view::npos;
  check.expect(help, where + ": a help text of one line", shown(option.help), kTable);
  checkNumbers(check, option, where);
  if (option.default_text == nullptr) return;
  const auto value = valueAsJson(option, option.default_text);
  if (!value) check.fail(where + ": default: " + value.error().text + "; " + kTable);
}

void checkTable(Check& check, const PluginDescriptor& is) {
  std::set<std::string_view> keys;
  for (const auto& option : std::span(is.options, is.option_count)) {
    checkOption(check, option, is.name);
    if (option.key == nullptr) continue;
    check.expect(keys.insert(option.key).second, "each key once", quoted(option.key) + " several times", kTable);
  }
}

}  // namespace

bool checkDescriptor(Report& report, const Subject& subject) {
  const auto& is = *subject.descriptor;
  return report.run("descriptor: is made for this SDK by this compiler", [&](Check& check) {
    checkLayout(check, is);
  }) && report.run("descriptor: names kind, name, version and summary", [&](Check& check) {
    checkContent(check, subject);
  }) && report.run("descriptor: the option table is well-formed", [&](Check& check) { checkTable(check, is); });
}

}  // namespace sse::conformance
