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
    {.key = "relay.tls",
     .type = sse::OptionType::String,
     .default_text = "auto",
     .help = "how peers are dialed: by TLS (on), plainly (off), by TLS where this node's own port speaks it (auto), or "
             "by TLS and plainly where a peer speaks none (prefer: for the time of a change)",
     .choices = "auto,on,prefer,off",
     .reload = true},
    {.key = "relay.ca_file",
     .type = sse::OptionType::String,
     .default_text = nullptr,
     .help = "PEM file of the authorities that sign the certificates of peers; where not set: the system's",
     .reload = true},
    {.key = "relay.server_name",
     .type = sse::OptionType::String,
     .default_text = nullptr,
     .help = "name that the certificate of every peer carries; where not set: the name or address that is dialed",
     .reload = true},
    {.key = "relay.client_certificate",
     .type = sse::OptionType::String,
     .default_text = nullptr,
     .help = "PEM file of a certificate, with its chain, that is shown to peers; together with relay.client_key",
     .reload = true},
    {.key = "relay.client_key",
     .type = sse::OptionType::String,
     .default_text = nullptr,
     .help = "PEM file with the key of relay.client_certificate",
     .reload = true},
    {.key = "relay.client_names",
     .type = sse::OptionType::List,
     .default_text = nullptr,
     .help = "names (CN=..., DNS:..., URI:...) of which the client certificate of a peer that dials must have one; "
             "authorities are those of tls.client_ca. Where not set, no certificate is asked for",
     .reload = true},
    {.key = "relay.original_nodes",
     .type = sse::OptionType::List,
     .default_text = nullptr,
     .help = "numeric addresses of nodes of davidsbond/sse-cluster that may take part, * for any; where not set: none "
             "with a cluster.secret or where auth asks for credentials, else any"},
};

}  // namespace

SSE_DEFINE_PLUGIN(sse::relay::Relay, sse::Kind::Transport, "relay", "0.1.0",
                  "carries events between nodes over their HTTP ports", kOptions);
