#pragma once

#include "sse/conformance/report.h"
#include "sse/conformance/subject.h"

namespace sse::conformance {

/// Looks at the descriptor and its option table, running nothing of the plugin. Returns whether the plugin may be made
/// and run. [any]
bool checkDescriptor(Report& report, const Subject& subject);

}  // namespace sse::conformance
