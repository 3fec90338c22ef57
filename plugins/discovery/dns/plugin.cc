#include <iterator>

#include "discovery/dns/dns.h"
#include "sse/descriptor.h"

namespace {

constexpr sse::Option kOptions[] = {
    {"dns.name", sse::OptionType::String, nullptr,
     "name whose records are the nodes, as of a headless service; a last dot: without the system's search list"},
    {"dns.service", sse::OptionType::String, "http", "port name of the SRV record _<service>._tcp.<name>"},
    {.key = "dns.port",
     .type = sse::OptionType::Integer,
     .default_text = nullptr,
     .help = "HTTP port of the nodes where there is no SRV record; none: this node's own",
     .min = 1,
     .max = 65'535},
    {.key = "dns.interval",
     .type = sse::OptionType::Duration,
     .default_text = "10s",
     .help = "longest time between two lookups; a shorter TTL asks sooner",
     .min = 1000,
     .max = 86'400'000},
    {"dns.server", sse::OptionType::String, nullptr, "address:port of the DNS server; none: the system's"},
};

}  // namespace

SSE_DEFINE_PLUGIN(sse::dns::Dns, sse::Kind::Discovery, "dns", "0.1.0", "finds the other nodes by a DNS name", kOptions);
