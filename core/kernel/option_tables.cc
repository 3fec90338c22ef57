#include "kernel/option_tables.h"

#include "api/options.h"
#include "channel/limits.h"
#include "cluster/options.h"
#include "kernel/options.h"
#include "observe/options.h"
#include "server/options.h"
#include "stream/options.h"

namespace sse::kernel {

void addCoreTables(config::Registry& registry) {
  registry.add("kernel", kOptions);
  registry.add("server", server::kOptions);
  registry.add("api", api::kOptions);
  registry.add("stream", stream::kOptions);
  registry.add("channel", channel::kOptions);
  registry.add("cluster", cluster::kOptions);
  registry.add("observe", observe::kOptions);
}

void addPluginTables(config::Registry& registry, const PluginCatalogue& catalogue) {
  for (const auto& entry : catalogue.available()) {
    const auto opened = catalogue.open(entry.kind, entry.name);
    if (opened.descriptor == nullptr) continue;
    const std::span<const Option> options(opened.descriptor->options, opened.descriptor->option_count);
    registry.add(std::string(kindName(entry.kind)) + "/" + entry.name, options);
  }
}

}  // namespace sse::kernel
