#pragma once

#include "sse/conformance/report.h"
#include "sse/conformance/subject.h"

namespace sse::conformance {

/// What a discovery plugin promises. The descriptor must have been found good; threads as of `checkLifecycle`.
void checkDiscovery(Report& report, const Subject& subject);

}  // namespace sse::conformance
