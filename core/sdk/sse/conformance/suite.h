#pragma once

#include "sse/conformance/report.h"
#include "sse/conformance/subject.h"

namespace sse::conformance {

/// The whole suite for one plugin: its descriptor, what every kind promises, what its kind promises. The calling thread
/// is the control thread of everything that runs. What a check finds goes to the report; a plugin that crashes or hangs
/// takes the process with it, so whoever wants to survive that watches over it: the tool `sse-plugin-check` does.
void checkPlugin(Report& report, const Subject& subject);

}  // namespace sse::conformance
