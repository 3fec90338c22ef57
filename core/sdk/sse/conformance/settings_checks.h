#pragma once

#include "sse/conformance/report.h"
#include "sse/conformance/subject.h"

namespace sse::conformance {

/// What `configure` and `reload` promise. A part of `checkLifecycle`.
void checkSettings(Report& report, const Subject& subject);

}  // namespace sse::conformance
