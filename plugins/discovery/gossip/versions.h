#pragma once

#include <string>
#include <vector>

#include "discovery/gossip/member.h"
#include "discovery/gossip/member_table.h"
#include "sse/result.h"

/// The rules on version vectors (docs/memberlist.md section 11).
namespace sse::gossip {

/// What plain memberlist announces, and so do we.
inline const Versions kVersions{"\x01\x05\x02\x00\x00\x00", 6};

/// Whether a vector can be taken into the table: six bytes, pmin and pmax not 0 and in order. [any]
bool possible(const Versions& versions);

/// Whether the rows of a push/pull and the table speak versions that all alive ones of both understand. The error names
/// the first node that does not. [any]
Result<void> compatible(const std::vector<Row>& rows, const MemberTable& table);

}  // namespace sse::gossip
