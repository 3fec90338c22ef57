#pragma once

#include "sse/option.h"

namespace sse::cluster {

/// Options of the cluster room.
inline constexpr Option kOptions[] = {
    {.key = "cluster.secret",
     .type = OptionType::String,
     .default_text = nullptr,
     .help =
         "shared by all nodes, which prove it to each other; without it any host may link. Of several lines the first "
         "is proven and each is accepted, 4 of 8 bytes at least: so it is changed",
     .secret = true},
    {.key = "cluster.start_timeout",
     .type = OptionType::Duration,
     .default_text = "2s",
     .help = "how long a starting node waits for its peers before it is ready without them",
     .min = 0,
     .max = 600'000},
    {.key = "history.peer_timeout",
     .type = OptionType::Duration,
     .default_text = "1s",
     .help = "how long a resuming subscriber waits for a peer that knows its position, and as long again for what "
             "is on its way here",
     .min = 10,
     .max = 60'000},
};

}  // namespace sse::cluster
