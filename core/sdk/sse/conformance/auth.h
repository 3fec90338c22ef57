#pragma once

#include "sse/conformance/report.h"
#include "sse/conformance/subject.h"

namespace sse::conformance {

/// What an auth plugin promises. Calls `check` from several threads at once, as the node's loops do. The descriptor
/// must have been found good; threads otherwise as of `checkLifecycle`.
void checkAuth(Report& report, const Subject& subject);

}  // namespace sse::conformance
