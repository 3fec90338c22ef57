#pragma once
#include <map>
#include <string>
#include <vector>

#include "bench/row.h"

namespace sse::bench {

/// One run of one row against one server.
struct Record {
  std::string row;
  ServerKind server;
  size_t run;
  RowResult result;
};

/// The record as one line of JSON.
std::string toJsonLine(const Record& record);

/// The table: medians of all runs, ratios beside the targets, pass or miss.
std::string toMarkdown(const std::vector<Record>& records, const Sizes& sizes, size_t runs);

}  // namespace sse::bench
