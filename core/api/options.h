#pragma once

#include <array>

#include "sse/option.h"

namespace sse::api {

inline constexpr std::array kOptions = std::to_array<Option>({
    {.key = "publish.wait",
     .type = OptionType::String,
     .default_text = "journal",
     .help = "what a publish waits for: journal (this node has it) or peers (every live link has it)",
     .choices = "journal,peers"},
    {.key = "auth.cookie",
     .type = OptionType::String,
     .default_text = "access_token",
     .help = "cookie whose value counts as a token where a request has no other"},
    {.key = "console.enabled",
     .type = OptionType::Boolean,
     .default_text = "false",
     .help = "GET /console: a page that shows the node and its cluster, follows channels and publishes"},
    {.key = "limits.publish_rate",
     .type = OptionType::Integer,
     .default_text = nullptr,
     .help = "events per second of one identity, else of one address; of IPv6 a /64 is one",
     .min = 1,
     .reload = true},
});

}  // namespace sse::api
