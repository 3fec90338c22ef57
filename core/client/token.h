#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "sse/result.h"

namespace sse::client {

/// `sse-cluster token new`, as the command line has it.
struct TokenCommand {
  std::string name;  ///< empty: one is made
  std::vector<std::string> publish;
  std::vector<std::string> subscribe;
  std::vector<std::string> admin;
  std::string expires;  ///< empty: never
};

/// Code::InvalidArgument names the flag. [any]
Result<TokenCommand> parseToken(const std::vector<std::string>& positional,
                                const std::map<std::string, std::string>& flags);

/// Makes a token of 256 bits from the system's randomness and says it on `out`, once, with the row that belongs in
/// `token.file`; keeps nothing. Returns the exit status. [any]
int runToken(const TokenCommand& command, std::ostream& out);

}  // namespace sse::client
