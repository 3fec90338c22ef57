#include "config/commands.h"

namespace sse::config {
namespace {

/// How the clients among the commands reach a server.
const std::vector<CommandFlag> kAccess{
    {"token", "TOKEN",
     "sent as Authorization: Bearer; better in the variable SSE_CLUSTER_TOKEN, which ps does not show"},
    {"ca-file", "FILE", "for https: PEM, authorities that sign the server's certificate; else the system's"},
    {"server-name", "NAME", "for https: what the certificate must carry; else the URL's host"},
    {"certificate", "FILE", "for https: PEM, the client's own certificate with its chain"},
    {"key", "FILE", "for https: PEM, the key of --certificate"},
    {"insecure", nullptr, "for https: take any certificate; who sits between can read and change all"},
};

std::vector<CommandFlag> withAccess(std::vector<CommandFlag> flags) {
  flags.insert(flags.end(), kAccess.begin(), kAccess.end());
  return flags;
}

}  // namespace

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
      {"publish", "URL [--event E] [--id I] [--retry MS] [--token T] [--ca-file F] [DATA|-]",
       "send one event, or one per line of standard input", 1, 2, false,
       withAccess({{"event", "NAME",
                    "type of the event; beside it, --id or --retry, DATA that is no JSON arrives as a JSON string"},
                   {"id", "ID", "id of the event"},
                   {"retry", "MS", "reconnection time that the event tells clients"}})},
      {"subscribe", "URL [--last-event-id ID] [--json] [--token T] [--ca-file F]",
       "print events as they come, reconnecting as EventSource does", 1, 1, false,
       withAccess(
           {{"last-event-id", "ID", "start behind this event"}, {"json", nullptr, "one JSON object per event"}})},
      {"token",
       "new [--name N] [--publish P,...] [--subscribe P,...] [--admin P,...] [--expires TIME]",
       "make an API key for auth token: prints it once, and the row for token.file",
       1,
       1,
       false,
       {{"name", "NAME", "who uses it: the identity"},
        {"publish", "PATTERNS", "channels: exact names, * or prefix*, with {sub} for the name"},
        {"subscribe", "PATTERNS", "likewise"},
        {"admin", "PATTERNS", "likewise; * for /status, /channels and /metrics"},
        {"expires", "TIME", "2027-01-31T12:00:00Z; else never"}}},
      {"probe", "[URL] [--round-trip CHANNEL] [--token T] [--ca-file F]",
       "exit 0 if a URL, else /livez of this host's node, answers 200; or publish, subscribe and resume on a channel",
       0, 1, true,
       withAccess({{"round-trip", "CHANNEL", "the URL is a node's; try all that a client does, on this channel"}})},
  };
  return known_commands;
}

}  // namespace sse::config
