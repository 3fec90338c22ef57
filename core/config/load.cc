#include "config/load.h"

#include <map>

#include "config/file.h"
#include "config/value.h"

namespace sse::config {
namespace {

/// "; Kubernetes …" where `text` looks like what it puts into the environment for a service; else "".
std::string kubernetesAdvice(const std::string& variable, std::string_view text) {
  constexpr std::string_view kEnd = "_PORT";
  const bool url = text.starts_with("tcp://") || text.starts_with("udp://") || text.starts_with("sctp://");
  if (!url || !variable.ends_with(kEnd)) return "";
  std::string service;
  for (const char c : std::string_view(variable).substr(0, variable.size() - kEnd.size())) {
    service += c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return "; Kubernetes sets this for a service named " + service +
         ": rename the service, set enableServiceLinks: false for the pod, or set the option by its flag";
}

/// Key of a file for a message: as it stands unless it holds something odd.
std::string shownKey(const std::string& key) {
  const auto in_quotes = inQuotes(key);
  return in_quotes.size() == key.size() + 2 ? key : in_quotes;
}

/// One run of `load`.
class Loader {
 public:
  Loader(const Registry& registry, const Input& input, Unknown unknown)
      : registry_(registry),
        input_(input),
        unknown_(unknown),
        loaded_{Values(registry), {}},
        decided_(registry.rows().size()) {}

  Loaded run() {
    readFlags();
    if (input_.environment) readEnvironment();
    if (input_.file) readConfigFile(*input_.file);
    readSecretFiles();
    return std::move(loaded_);
  }

 private:
  void readFlags();
  void readEnvironment();
  void readVariables(std::size_t index);
  void readConfigFile(const std::string& name);
  void readEntry(const std::string& name, const FileEntry& entry);
  void readSecretFiles();
  void readSecretFile(std::size_t index, std::size_t twin);

  void complain(std::string where, const std::string& what) {
    loaded_.errors.push_back(std::move(where) + ": " + what);
  }
  void complainUnknown(const std::string& where, const std::string& key, const std::string& noun, const char* dashes);

  /// Keeps a value unless a stronger source has decided on the row, whose word counts even where it was wrong.
  void take(std::size_t index, Result<nlohmann::json> value, const std::string& where, const std::string& source,
            const std::string& advice = "") {
    if (!value) complain(where, value.error().text + advice);
    if (decided_[index]) return;
    decided_[index] = true;
    if (value) loaded_.values.set(index, std::move(value).value(), source);
  }

  const Registry& registry_;
  const Input& input_;
  Unknown unknown_;
  Loaded loaded_;
  std::vector<bool> decided_;                 ///< by row
  std::map<std::size_t, std::size_t> lines_;  ///< row -> line of the file that sets it
};

void Loader::complainUnknown(const std::string& where, const std::string& key, const std::string& noun,
                             const char* dashes) {
  if (unknown_ == Unknown::Ignore) return;
  const auto best = registry_.suggestion(key);
  const auto group = key.substr(0, key.find('.'));
  std::string what = "unknown " + noun;
  if (!best.empty()) {
    what += "; did you mean " + (dashes + best) + "?";
  } else if (!registry_.isGroup(group) && group.size() < key.size()) {
    what += "; nothing that is loaded has options under " + inQuotes(group);
  }
  complain(where, what);
}

void Loader::readFlags() {
  std::vector<bool> given(registry_.rows().size());
  for (const auto& [key, text] : input_.flags) {
    const auto where = "command line --" + shownKey(key);
    const auto index = registry_.indexOf(key);
    if (index == given.size()) {
      complainUnknown(where, key, "flag", "--");
    } else if (given[index]) {
      complain(where, "given twice; a list is one flag with commas");
    } else {
      given[index] = true;
      take(index, valueFromText(registry_.rows()[index], text), where, "command line");
    }
  }
}

void Loader::readEnvironment() {
  for (std::size_t index = 0; index < decided_.size(); ++index) {
    if (!decided_[index]) readVariables(index);
  }
}

void Loader::readVariables(std::size_t index) {
  const auto& row = registry_.rows()[index];
  std::string first;
  std::string first_text;
  for (const auto& variable : row.variables) {
    const char* found = input_.environment(variable.c_str());
    const std::string text = found == nullptr ? "" : found;
    if (text.empty() || (!first.empty() && text == first_text)) continue;
    const auto where = "environment " + variable;
    if (!first.empty()) {
      complain(where, "expected the same as in " + first + ", which sets " + row.key + " too; unset one of them");
      continue;
    }
    first = variable;
    first_text = text;
    take(index, valueFromText(row, text), where, where, kubernetesAdvice(variable, text));
  }
}

void Loader::readConfigFile(const std::string& name) {
  const auto text = input_.file_text ? Result<std::string>(*input_.file_text) : readFile(name);
  if (!text) return complain(name, text.error().text);
  const auto content = parseFile(
      *text, [this](const std::string& path) { return registry_.find(path) != nullptr && !registry_.isGroup(path); });
  for (const auto& entry : content.entries) readEntry(name, entry);
  if (!content.error.empty()) loaded_.errors.push_back(name + content.error);
}

void Loader::readEntry(const std::string& name, const FileEntry& entry) {
  const auto position = name + ":" + std::to_string(entry.line);
  const auto where = position + ": " + shownKey(entry.path);
  const auto index = registry_.indexOf(entry.path);
  const bool group = registry_.isGroup(entry.path);
  if (group && entry.value.is_object()) return;
  if (index == decided_.size()) {
    if (entry.path == "$schema") return;
    if (!group) return complainUnknown(where, entry.path, "key", "");
    return complain(where, "expected an object with the options under it, got " + inQuotes(entry.value.type_name()));
  }
  const auto [line, first] = lines_.emplace(index, entry.line);
  if (!first) {
    const auto& key = registry_.rows()[index].key;
    return complain(where, (key == entry.path ? "" : "the same as " + key + ", ") + "set twice, first on line " +
                               std::to_string(line->second));
  }
  take(index, valueFromJson(registry_.rows()[index], entry.value), where, "file " + position);
}

void Loader::readSecretFiles() {
  for (std::size_t twin = 0; twin < decided_.size(); ++twin) {
    const auto& row = registry_.rows()[twin];
    if (!row.file_of.empty() && loaded_.values.has(row.key)) readSecretFile(registry_.indexOf(row.file_of), twin);
  }
}

void Loader::readSecretFile(std::size_t index, std::size_t twin) {
  const auto& row = registry_.rows()[index];
  const auto& twin_key = registry_.rows()[twin].key;
  const std::string source(loaded_.values.source(twin_key));
  const auto where = source + ": " + twin_key;
  if (loaded_.values.has(row.key)) {
    return complain(where, row.key + " is set too (" + std::string(loaded_.values.source(row.key)) + "); keep one");
  }
  const auto name = loaded_.values.string(twin_key);
  auto text = readFile(name);
  if (!text) return complain(where, name + " " + text.error().text);
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  auto value = valueFromText(row, *text);
  if (!value) return complain(where, name + ": " + value.error().text);
  if (value->is_null()) return complain(where, name + ": expected a secret, got an empty file");
  loaded_.values.set(index, std::move(value).value(), source);
}

}  // namespace

Loaded load(const Registry& registry, const Input& input, Unknown unknown) {
  return Loader(registry, input, unknown).run();
}

}  // namespace sse::config
