#pragma once

/// Everything a plugin may include, in one line. `sse/config.h` is apart, as it needs nlohmann_json.

#include "sse/auth.h"
#include "sse/bus.h"
#include "sse/certificate.h"
#include "sse/descriptor.h"
#include "sse/discovery.h"
#include "sse/event.h"
#include "sse/header.h"
#include "sse/host.h"
#include "sse/journal.h"
#include "sse/log.h"
#include "sse/loop.h"
#include "sse/max_age.h"
#include "sse/messages.h"
#include "sse/metrics.h"
#include "sse/option.h"
#include "sse/plugin.h"
#include "sse/result.h"
#include "sse/socket_stream.h"
#include "sse/tls.h"
#include "sse/transport.h"
