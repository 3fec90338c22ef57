#pragma once

#include "sse/plugin.h"

namespace sse {

/// Finds the other nodes: announces this one and publishes MembershipChanged whenever what it knows changes, the first
/// time during `start` or soon after.
class SSE_PUBLIC Discovery : public Plugin {};

}  // namespace sse
