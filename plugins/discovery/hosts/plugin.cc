#include <iterator>

#include "discovery/hosts/hosts.h"
#include "sse/descriptor.h"

namespace {

constexpr sse::Option kOptions[] = {
    {"hosts.peers", sse::OptionType::List, nullptr, "host:port of the HTTP endpoint of each node"},
    {.key = "hosts.interval",
     .type = sse::OptionType::Duration,
     .default_text = "10s",
     .help = "how often host names are resolved again",
     .min = 100,
     .max = 86'400'000},
};

}  // namespace

SSE_DEFINE_PLUGIN(sse::hosts::Hosts, sse::Kind::Discovery, "hosts", "0.1.0", "finds the other nodes in a fixed list",
                  kOptions);
