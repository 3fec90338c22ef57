#pragma once

#include <array>

#include "sse/option.h"

namespace sse::server {

inline constexpr std::array kOptions = std::to_array<Option>({
    {.key = "http.port", .type = OptionType::Integer, .default_text = "8080", .help = "port for HTTP; 0 takes a free one",
     .aliases = "http.server.port", .min = 0, .max = 65535},
    {.key = "http.address", .type = OptionType::String, .default_text = nullptr,
     .help = "numeric address to bind; every address of both families where there is none"},
    {.key = "http.threads", .type = OptionType::Integer, .default_text = nullptr,
     .help = "event loops; as many as the CPUs granted where there is no value", .min = 1, .max = 63},
    {.key = "http.cors.enabled", .type = OptionType::Boolean, .default_text = "false",
     .help = "cross-origin requests from browsers", .aliases = "http.server.cors.enabled,HTTP_SERVER_ENABLE_CORS"},
    {.key = "http.cors.origins", .type = OptionType::List, .default_text = nullptr,
     .help = "origins that may ask; every origin where there is none and cors is enabled"},
    {.key = "http.trusted_proxies", .type = OptionType::List, .default_text = nullptr,
     .help = "addresses whose X-Forwarded-For counts"},
    {.key = "admin.port", .type = OptionType::Integer, .default_text = nullptr,
     .help = "another port for health, status and metrics alone", .min = 0, .max = 65535},
    {.key = "admin.address", .type = OptionType::String, .default_text = "127.0.0.1",
     .help = "numeric address of the admin port"},
    {.key = "limits.headers", .type = OptionType::Size, .default_text = "16KiB",
     .help = "request line and headers together", .min = 256, .max = 1 << 20},
    {.key = "limits.body", .type = OptionType::Size, .default_text = "1MiB", .help = "body of a request", .min = 1,
     .max = 1 << 30},
    {.key = "limits.header_time", .type = OptionType::Duration, .default_text = "10s",
     .help = "time for a request's head to arrive", .min = 10},
    {.key = "limits.body_time", .type = OptionType::Duration, .default_text = "30s",
     .help = "time for a request's body to arrive", .min = 10},
    {.key = "limits.idle_time", .type = OptionType::Duration, .default_text = "75s",
     .help = "time a connection may wait for its next request", .min = 10},
    {.key = "limits.connections", .type = OptionType::Integer, .default_text = nullptr,
     .help = "open connections; from the descriptor limit where there is no value", .min = 1},
    {.key = "limits.connections_per_address", .type = OptionType::Integer, .default_text = nullptr,
     .help = "open connections of one address", .min = 1},
});

}  // namespace sse::server
