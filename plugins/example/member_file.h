#pragma once

#include <string>
#include <vector>

#include "sse/messages.h"
#include "sse/result.h"

namespace file {

/// The members that a file's text names: `{"peers": ["host:port", …]}`. The error's text says where it is wrong. [any]
sse::Result<std::vector<sse::Member>> parseMembers(const std::string& text);

/// The same of the file at `path`, which the error's text names. Blocks. [worker]
sse::Result<std::vector<sse::Member>> readMembers(const std::string& path);

}  // namespace file
