#pragma once

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"
#include "config/registry.h"

namespace sse::config {

inline constexpr Option kCoreOptions[] = {
    {.key = "http.port",
     .type = OptionType::Integer,
     .default_text = "8080",
     .help = "port for HTTP",
     .aliases = "http.server.port",
     .min = 0,
     .max = 65535},
    {.key = "http.cors.enabled",
     .type = OptionType::Boolean,
     .default_text = "false",
     .help = "cross-origin requests",
     .aliases = "http.server.cors.enabled,HTTP_SERVER_ENABLE_CORS"},
    {.key = "auth", .type = OptionType::List, .default_text = "open", .help = "ordered list of auth plugins"},
    {.key = "auth.cookie", .type = OptionType::String, .default_text = "access_token", .help = "name of the cookie"},
    {.key = "publish.wait",
     .type = OptionType::String,
     .default_text = "journal",
     .help = "what acknowledges a publish",
     .choices = "journal,peers"},
    {.key = "history.max_age",
     .type = OptionType::Duration,
     .default_text = "10m",
     .help = "age | limit",
     .reload = true},
    {.key = "history.budget", .type = OptionType::Size, .default_text = "256MiB", .help = "bytes of a node"},
    {.key = "drain.window",
     .type = OptionType::Duration,
     .default_text = "5s",
     .help = "time to close streams in",
     .max = 3'600'000},
};

inline constexpr Option kGossipOptions[] = {
    {.key = "gossip.port",
     .type = OptionType::Integer,
     .default_text = nullptr,
     .help = "port for gossip",
     .min = 0,
     .max = 65535},
    {.key = "gossip.hosts", .type = OptionType::List, .default_text = nullptr, .help = "hosts to join first"},
    {.key = "gossip.secret_key",
     .type = OptionType::List,
     .default_text = nullptr,
     .help = "key ring",
     .aliases = "gossip.secretKey,GOSSIP_SECRET_KEY",
     .secret = true},
};

inline Registry coreRegistry() {
  Registry registry;
  registry.add("core", kCoreOptions);
  return registry;
}

inline Registry sampleRegistry() {
  auto registry = coreRegistry();
  registry.add("gossip", kGossipOptions);
  return registry;
}

/// A folder of its own that goes with the test.
class Folder {
 public:
  Folder() {
    auto name = (std::filesystem::temp_directory_path() / "sse-config-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// The path of a file with this content.
  std::string file(const std::string& name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }
  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Builds up sources, then loads them.
struct Sources {
  Folder folder;
  Input input;
  std::map<std::string, std::string> variables;

  Sources& file(std::string_view content) {
    input.file = folder.file("a.json", content);
    return *this;
  }
  Sources& flag(const std::string& key, const std::string& text) {
    input.flags.emplace_back(key, text);
    return *this;
  }
  Sources& variable(const std::string& name, const std::string& text) {
    variables[name] = text;
    return *this;
  }

  /// Errors name the file as "a.json", without its folder.
  Loaded load(const Registry& registry = sampleRegistry(), Unknown unknown = Unknown::Error) {
    input.environment = [this](const char* name) {
      const auto found = variables.find(name);
      return found == variables.end() ? nullptr : found->second.c_str();
    };
    auto loaded = config::load(registry, input, unknown);
    for (auto& error : loaded.errors) {
      for (auto at = error.find(folder.path("")); at != std::string::npos; at = error.find(folder.path(""))) {
        error.erase(at, folder.path("").size());
      }
    }
    return loaded;
  }
  std::vector<std::string> errors() { return load().errors; }
};

using Texts = std::vector<std::string>;

}  // namespace sse::config

namespace doctest {

template <>
struct StringMaker<std::vector<std::string>> {
  static String convert(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts) all += "\n  " + text;
    return all.c_str();
  }
};

}  // namespace doctest
