#include "config/commands.h"

namespace sse::config {

const std::vector<Command>& commands() {
  static const std::vector<Command> known_commands{
      {"start", "[--config FILE] [--OPTION VALUE ...]", "run a node", 0, 0, true, {}},
      {"check", "--config FILE", "validate configuration and plugins, open nothing, exit 0 or 78", 0, 0, true, {}},
      {"plugins", "[NAME]", "what can be loaded from where; options of one", 0, 1, true, {}},
      {"options",
       "[--format text|json|markdown|schema|man]",
       "every option: key, environment variable, default, help",
       0,
       0,
       true,
       {{"format", "FORMAT", "text (default), json, markdown, schema or man"}}},
      {"publish",
       "URL [--event E] [--id I] [--retry MS] [DATA|-]",
       "send one event, or one per line of standard input",
       1,
       2,
       false,
       {{"event", "NAME",
         "type of the event; beside any of these flags, DATA that is no JSON arrives as a JSON string"},
        {"id", "ID", "id of the event"},
        {"retry", "MS", "reconnection time that the event tells clients"}}},
      {"subscribe",
       "URL [--last-event-id ID] [--json]",
       "print events as they come, reconnecting as EventSource does",
       1,
       1,
       false,
       {{"last-event-id", "ID", "start behind this event"}, {"json", nullptr, "one JSON object per event"}}},
      {"probe",
       "[URL] [--round-trip CHANNEL]",
       "exit 0 if a URL, else /livez of this host's node, answers 200; or publish, subscribe and resume on a channel",
       0,
       1,
       true,
       {{"round-trip", "CHANNEL", "the URL is a node's; try all that a client does, on this channel"}}},
  };
  return known_commands;
}

}  // namespace sse::config
