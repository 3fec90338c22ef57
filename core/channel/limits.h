#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sse/config.h"
#include "sse/option.h"

namespace sse::channel {

/// How much a journal keeps.
struct Limits {
  std::size_t history_events = 1000;      ///< per channel
  std::size_t history_bytes = 1 << 20;    ///< per channel
  std::int64_t history_age_ms = 600'000;  ///<
  std::size_t budget = 256 << 20;         ///< of the node
  std::size_t backlog_events = 256;       ///< per channel with readers, whatever the history
  std::size_t backlog_bytes = 1 << 20;    ///< per channel with readers
  std::size_t channels = 1'000'000;       ///<

  static Limits from(const Settings& settings);
};

inline constexpr std::array kOptions = std::to_array<Option>({
    {.key = "history.max_events",
     .type = OptionType::Integer,
     .default_text = "1000",
     .help = "events kept per channel for those who resume",
     .min = 0,
     .reload = true},
    {.key = "history.max_bytes",
     .type = OptionType::Size,
     .default_text = "1MiB",
     .help = "memory of the events kept per channel",
     .reload = true},
    {.key = "history.max_age",
     .type = OptionType::Duration,
     .default_text = "10m",
     .help = "how long an event is kept",
     .min = 0,
     .reload = true},
    {.key = "history.budget",
     .type = OptionType::Size,
     .default_text = "256MiB",
     .help = "memory of all events kept on this node",
     .min = 1 << 20,
     .reload = true},
    {.key = "stream.backlog_events",
     .type = OptionType::Integer,
     .default_text = "256",
     .help = "events kept per channel for its live readers; one that lags more is closed and can resume",
     .min = 1,
     .reload = true},
    {.key = "stream.backlog_bytes",
     .type = OptionType::Size,
     .default_text = "1MiB",
     .help = "memory kept per channel for its live readers",
     .min = 1 << 10,
     .reload = true},
    {.key = "limits.channels",
     .type = OptionType::Integer,
     .default_text = "1000000",
     .help = "channels with subscribers or history; the longest unused one makes room",
     .min = 1,
     .reload = true},
});

}  // namespace sse::channel
