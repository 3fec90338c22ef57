#include <iterator>

#include "discovery/gossip/gossip.h"
#include "sse/descriptor.h"

namespace {

using sse::OptionType;

constexpr sse::Option kOptions[] = {
    {.key = "gossip.port",
     .type = OptionType::Integer,
     .default_text = nullptr,
     .help = "port of gossip, UDP and TCP; unset: 42000 if it is free, else a free one",
     .min = 0,
     .max = 65535},
    {"gossip.bind", OptionType::String, nullptr, "numeric address that gossip listens on; unset: all"},
    {"gossip.advertise", OptionType::String, nullptr,
     "numeric address that others reach this node by; unset: gossip.bind, else the first private one"},
    {"gossip.hosts", OptionType::List, nullptr, "host[:port] of the nodes to join, port 42000 where none is given"},
    {.key = "gossip.secret_key",
     .type = OptionType::String,
     .default_text = nullptr,
     .help = "key of 16, 24 or 32 bytes, raw or base64; several by commas, the first encrypts",
     .aliases = "gossip.secretKey",
     .secret = true,
     .reload = true},
    {"gossip.label", OptionType::String, nullptr, "name that tells clusters in one network apart"},
    {.key = "gossip.intervals",
     .type = OptionType::String,
     .default_text = "lan",
     .help = "how often nodes are probed and how long is waited for them",
     .choices = "lan,wan,local"},
    {"gossip.compression", OptionType::Boolean, "true", "whether what is sent is compressed"},
};

}  // namespace

SSE_DEFINE_PLUGIN(sse::gossip::Gossip, sse::Kind::Discovery, "gossip", "0.1.0",
                  "finds the other nodes by hashicorp/memberlist's protocol", kOptions);
