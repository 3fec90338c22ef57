#pragma once

#include <array>

#include "sse/option.h"

namespace sse::kernel {

/// The room's option table.
inline constexpr std::array kOptions = {
    Option{.key = "node.name",
           .type = OptionType::String,
           .default_text = nullptr,
           .help = "name of this node, unique in the cluster, 1 to 255 bytes; the host name where not set"},
    Option{.key = "discovery",
           .type = OptionType::List,
           .default_text = "gossip",
           .help = "discovery plugins, all of which run"},
    Option{.key = "transport", .type = OptionType::String, .default_text = "relay", .help = "transport plugin"},
    Option{.key = "auth",
           .type = OptionType::List,
           .default_text = "open",
           .help = "auth plugins in the order in which they are asked"},
    Option{.key = "plugins.path",
           .type = OptionType::List,
           .default_text = nullptr,
           .help = "folders searched for plugins; those of the installation where not set"},
    Option{.key = "reload.watch",
           .type = OptionType::List,
           .default_text = nullptr,
           .help = "files, and folders with what is in them, looked at every second; a change is taken like SIGHUP"},
};

}  // namespace sse::kernel
