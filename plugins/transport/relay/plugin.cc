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
    {.key = "relay.original_nodes",
     .type = sse::OptionType::List,
     .default_text = nullptr,
     .help = "numeric addresses of nodes of davidsbond/sse-cluster that may take part, * for any; where not set: any "
             "without a cluster.secret, none with one"},
};

}  // namespace

SSE_DEFINE_PLUGIN(sse::relay::Relay, sse::Kind::Transport, "relay", "0.1.0",
                  "carries events between nodes over their HTTP ports", kOptions);
