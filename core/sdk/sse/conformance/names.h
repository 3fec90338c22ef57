#pragma once

#include "sse/conformance/instance.h"

namespace sse::conformance {

/// Looks at the metrics and log lines that an instance has made so far. [control]
void expectTidyNames(Instance& instance);

}  // namespace sse::conformance
