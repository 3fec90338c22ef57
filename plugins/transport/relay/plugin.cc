#include <iterator>

#include "sse/descriptor.h"
#include "transport/relay/relay.h"

namespace {

constexpr sse::Option kOptions[] = {
    {.key = "relay.timeout",
     .type = sse::OptionType::Duration,
     .default_text = "10s",
     .help = "limit for reaching a peer and for its greeting",
     .aliases = "http.client.timeout,HTTP_CLIENT_TIMEOUT",
     .min = 10,
     .max = 600'000},
};

}  // namespace

SSE_DEFINE_PLUGIN(sse::relay::Relay, sse::Kind::Transport, "relay", "0.1.0",
                  "carries events between our own nodes over their HTTP ports", kOptions);
