#pragma once

#include <cstddef>
#include <cstdint>

#include "sse/build_id.h"
#include "sse/option.h"

namespace sse {

class Plugin;

/// What a plugin is for. Decides which interface its instance must implement.
enum class Kind : std::uint8_t {
  Discovery = 1,  ///< sse::Discovery
  Transport = 2,  ///< sse::Transport
  Auth = 3,       ///< sse::Auth
};

/// The word of a kind, as in file names (`<kind>-<name>.so`) and options.
constexpr const char* kindName(Kind kind) {
  switch (kind) {
    case Kind::Discovery: return "discovery";
    case Kind::Transport: return "transport";
    case Kind::Auth: return "auth";
  }
  return "unknown";
}

/// The one thing a plugin library exports: constant data, readable without running any of the plugin's code. The first
/// three fields never move, so that any node can read and refuse any plugin.
struct PluginDescriptor {
  std::uint32_t abi_version;  ///< SSE_ABI_VERSION
  std::uint32_t struct_size;  ///< sizeof(PluginDescriptor)
  const char* build_id;       ///< SSE_BUILD_ID
  Kind kind;
  const char* name;     ///< lower case letters, digits and dashes; the file is `<kind>-<name>.so`
  const char* version;  ///< of the plugin, for people
  const char* summary;  ///< one line
  const Option* options;
  std::size_t option_count;
  /// Makes an instance. Cheap: no threads, no files, no host. Never nullptr.
  Plugin* (*create)();
  /// Frees what `create` made.
  void (*destroy)(Plugin*);
};

}  // namespace sse

/// The exported symbol's name. A build that links plugins in gives each another one.
#ifndef SSE_PLUGIN_SYMBOL
#define SSE_PLUGIN_SYMBOL sse_plugin
#endif

/// Defines the descriptor of a library: once, in plugin.cc, outside of any namespace.
#define SSE_DEFINE_PLUGIN(Type, kind_, name_, version_, summary_, options_) \
  extern "C" SSE_PUBLIC const ::sse::PluginDescriptor SSE_PLUGIN_SYMBOL;    \
  extern "C" SSE_PUBLIC const ::sse::PluginDescriptor SSE_PLUGIN_SYMBOL = { \
      SSE_ABI_VERSION,                                                      \
      sizeof(::sse::PluginDescriptor),                                      \
      SSE_BUILD_ID,                                                         \
      kind_,                                                                \
      name_,                                                                \
      version_,                                                             \
      summary_,                                                             \
      std::data(options_),                                                  \
      std::size(options_),                                                  \
      []() -> ::sse::Plugin* { return new (Type); },                        \
      [](::sse::Plugin* plugin) { delete plugin; }}
