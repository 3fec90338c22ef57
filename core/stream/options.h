#pragma once

#include <array>

#include "sse/option.h"

namespace sse::stream {

inline constexpr std::array kOptions = std::to_array<Option>({
    {.key = "stream.heartbeat",
     .type = OptionType::Duration,
     .default_text = "25s",
     .help = "longest silence of a stream before a comment and its position are sent",
     .min = 100},
    {.key = "stream.retry",
     .type = OptionType::Duration,
     .default_text = "2s",
     .help = "reconnection time told to clients, jittered",
     .min = 1,
     .reload = true},
    {.key = "stream.max_age",
     .type = OptionType::Duration,
     .default_text = nullptr,
     .help = "a stream is ended at this age, jittered, and the client reconnects",
     .min = 1000},
    {.key = "stream.max_channels",
     .type = OptionType::Integer,
     .default_text = "255",
     .help = "channels of one stream",
     .min = 1,
     .max = 65535,
     .reload = true},
    {.key = "stream.send_buffer",
     .type = OptionType::Size,
     .default_text = "64KiB",
     .help = "kernel send buffer of a connection (the kernel doubles it); 0 leaves it to the system",
     .min = 0,
     .max = 1 << 30},
    {.key = "limits.clients_per_channel",
     .type = OptionType::Integer,
     .default_text = nullptr,
     .help = "streams of one channel on this node",
     .min = 1,
     .reload = true},
    {.key = "drain.delay",
     .type = OptionType::Duration,
     .default_text = "0s",
     .help = "time between turning not ready and closing the listeners",
     .min = 0},
    {.key = "drain.window",
     .type = OptionType::Duration,
     .default_text = "5s",
     .help = "time over which streams are closed evenly",
     .min = 0},
    {.key = "drain.retry",
     .type = OptionType::Duration,
     .default_text = "1s",
     .help = "reconnection time told to streams that are closed by a drain, jittered by half",
     .min = 1},
});

}  // namespace sse::stream
