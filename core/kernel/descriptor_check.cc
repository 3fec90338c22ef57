#include "config/registry.h"
#include "kernel/plugin_library.h"

namespace sse::kernel {
namespace {

constexpr const char* kRebuild =
    "rebuild the plugin against this node's SDK with the same compiler, or use the one that came with this node";

std::string quoted(const char* text) { return text == nullptr ? "nothing" : '"' + std::string(text) + '"'; }

/// Collects what is wrong with one descriptor.
class Check {
 public:
  Check(const PluginDescriptor& descriptor, const std::string& file) : is_(descriptor), file_(file) {}

  std::vector<std::string> run(Kind kind, std::string_view name) {
    if (layout()) {
      identity(kind, name);
      content();
    }
    return problems_;
  }

 private:
  void expect(const std::string& what, const std::string& found, const char* advice) {
    problems_.push_back(file_ + ": expected " + what + ", found " + found + "; " + advice);
  }

  /// Whether the fields behind the first three may be read.
  bool layout() {
    if (is_.abi_version != SSE_ABI_VERSION) {
      expect("ABI version " + std::to_string(SSE_ABI_VERSION), std::to_string(is_.abi_version), kRebuild);
    } else if (is_.struct_size != sizeof(PluginDescriptor)) {
      expect("a descriptor of " + std::to_string(sizeof(PluginDescriptor)) + " bytes", std::to_string(is_.struct_size),
             kRebuild);
    } else if (is_.build_id == nullptr || std::string_view(is_.build_id) != SSE_BUILD_ID) {
      expect("build id \"" SSE_BUILD_ID "\"", quoted(is_.build_id), kRebuild);
    }
    return problems_.empty();
  }

  void identity(Kind kind, std::string_view name) {
    if (is_.kind != kind) {
      expect(std::string("kind ") + kindName(kind), kindName(is_.kind),
             "name the file <kind>-<name>.so after its descriptor and list it under the option of its kind");
    }
    if (is_.name == nullptr || is_.name != name) {
      expect("name \"" + std::string(name) + "\"", quoted(is_.name),
             "name the file <kind>-<name>.so after its descriptor; two plugins of one kind need two names");
    }
  }

  void content() {
    const char* const advice = "fill it in, in the plugin's SSE_DEFINE_PLUGIN";
    if (is_.version == nullptr) expect("a version", "nothing", advice);
    if (is_.summary == nullptr) expect("a summary", "nothing", advice);
    if (is_.create == nullptr) expect("a create function", "nothing", advice);
    if (is_.destroy == nullptr) expect("a destroy function", "nothing", advice);
    if (is_.options == nullptr && is_.option_count > 0) {
      expect("an option table of " + std::to_string(is_.option_count) + " rows", "nothing", advice);
    } else if (is_.name != nullptr) {
      const auto owner = ownerOf(is_.kind, is_.name);
      for (const auto& problem : config::checkTable(owner, {is_.options, is_.option_count})) {
        problems_.push_back(file_ + ": " + problem + "; correct the plugin's option table");
      }
    }
  }

  const PluginDescriptor& is_;
  const std::string& file_;
  std::vector<std::string> problems_;
};

}  // namespace

std::string ownerOf(Kind kind, std::string_view name) { return kindName(kind) + std::string("/").append(name); }

std::vector<std::string> checkDescriptor(const PluginDescriptor& descriptor, const std::string& file, Kind kind,
                                         std::string_view name) {
  return Check(descriptor, file).run(kind, name);
}

}  // namespace sse::kernel
