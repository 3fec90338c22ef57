#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "sse/config.h"
#include "sse/option.h"

namespace file {

/// The plugin's options: flag, environment variable, file key and help all come from here.
inline constexpr std::array kOptions = {
    sse::Option{.key = "file.path",
                .type = sse::OptionType::String,
                .default_text = nullptr,
                .help = "JSON file that names the HTTP endpoints of all nodes"},
    sse::Option{.key = "file.interval",
                .type = sse::OptionType::Duration,
                .default_text = "5s",
                .help = "time between two readings of the file",
                .min = 100,
                .reload = true},
};

struct Settings {
  std::string path;
  std::chrono::milliseconds interval{};
};

/// The values of `kOptions` from what the kernel hands over, which it has checked against the table.
inline Settings readSettings(std::string_view json) {
  const sse::Settings values(json);
  return {values.string("file.path"), values.duration("file.interval")};
}

}  // namespace file
