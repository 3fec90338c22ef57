#pragma once

#include <array>

#include "sse/option.h"

namespace sse::observe {

/// The room's option table.
inline constexpr std::array kOptions = {
    Option{.key = "log.level",
           .type = OptionType::String,
           .default_text = "info",
           .help = "least level of the lines that are logged",
           .choices = "debug,info,warning,error",
           .reload = true},
    Option{.key = "log.format",
           .type = OptionType::String,
           .default_text = "text",
           .help = "shape of log lines",
           .choices = "text,json"},
};

}  // namespace sse::observe
