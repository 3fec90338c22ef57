#pragma once

#include "sse/conformance/report.h"
#include "sse/conformance/subject.h"

namespace sse::conformance {

/// What every kind of plugin promises: settings, life, what it leaves behind, what it counts and logs. The descriptor
/// must have been found good. Blocks for a few seconds; the calling thread is the control thread of all instances.
/// Returns whether instances can be made at all.
bool checkLifecycle(Report& report, const Subject& subject);

}  // namespace sse::conformance
