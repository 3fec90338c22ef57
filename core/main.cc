#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <memory>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <vector>

#include "base/fd.h"
#include "client/probe.h"
#include "client/publish.h"
#include "client/subscribe.h"
#include "client/token.h"
#include "config/cli.h"
#include "config/describe.h"
#include "config/man.h"
#include "kernel/file_watch.h"
#include "kernel/option_tables.h"
#include "kernel/plugin_list.h"
#include "kernel/plugin_set.h"
#include "kernel/running_node.h"
#include "kernel/setup.h"
#include "net/tls_connector.h"
#include "observe/log_sink.h"
#include "observe/metric_registry.h"

namespace {

using namespace sse;

constexpr int kOk = 0;
constexpr int kSystem = 1;
constexpr int kConfig = 78;  // EX_CONFIG of sysexits.h
constexpr int kWatchMilliseconds = 1000;

int complain(const std::vector<std::string>& problems) {
  for (const auto& problem : problems) std::fprintf(stderr, "%s\n", problem.c_str());
  return kConfig;
}

/// Signals are blocked before the first thread, so that only this thread sees them.
sigset_t blockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

/// Waits for signals until the node is gone. A second request to end ends at once. A change of watched files is a
/// request to reload.
class Watch {
 public:
  Watch(kernel::RunningNode& node, const config::CommandLine& line, const kernel::PluginCatalogue& catalogue,
        Logger& log, kernel::FileWatch files)
      : node_(node),
        line_(line),
        catalogue_(catalogue),
        log_(log),
        files_(std::move(files)),
        gone_(::eventfd(0, EFD_CLOEXEC)) {}

  void run(const sigset_t& signals) {
    const base::Fd source(::signalfd(-1, &signals, SFD_CLOEXEC));
    pollfd wait[] = {{source.get(), POLLIN, 0}, {gone_.get(), POLLIN, 0}};
    while (true) {
      const int events = ::poll(wait, 2, files_.empty() ? -1 : kWatchMilliseconds);
      if (events == 0 && files_.changed()) reload();
      if (events <= 0) continue;
      if (wait[1].revents != 0) return;
      signalfd_siginfo info{};
      if (::read(source.get(), &info, sizeof info) != sizeof info) continue;
      if (info.ssi_signo == SIGHUP) {
        reload();
      } else if (leaving_) {
        std::_Exit(kSystem);
      } else {
        leave();
      }
    }
  }

 private:
  void leave() {
    leaving_ = true;
    node_.drain([fd = gone_.get()] {
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
    });
  }

  void reload() {
    if (line_.config && !std::filesystem::is_regular_file(*line_.config)) {
      return log_.write(Level::Error, "reload-refused",
                        *line_.config + ": expected a file, got what can be read once; " +
                            "restart the node to change its configuration");
    }
    auto setup = kernel::readSetup(kernel::inputOf(line_), catalogue_);
    if (!setup.errors.empty()) {
      for (const auto& error : setup.errors) log_.write(Level::Error, "reload-refused", error);
      return;
    }
    node_.reload(std::move(setup.values));
  }

  kernel::RunningNode& node_;
  const config::CommandLine& line_;
  const kernel::PluginCatalogue& catalogue_;
  Logger& log_;
  kernel::FileWatch files_;
  base::Fd gone_;
  bool leaving_ = false;
};

[[noreturn]] void endHanging(std::string_view /*owner*/) { std::_Exit(kSystem); }

/// Everything up to the node, for `start` and `check` alike, with all that is wrong with it.
struct Preparation {
  Preparation(const config::CommandLine& line, bool quiet) : Preparation(kernel::inputOf(line), quiet) {}

  Preparation(const config::Input& input, bool quiet)
      : catalogue(kernel::catalogueOf(input)),
        setup(kernel::readSetup(input, catalogue)),
        sink(std::cerr,
             setup.values.string("log.format") == "json" ? observe::LogFormat::Json : observe::LogFormat::Text,
             quiet ? Level::Warning : observe::levelOf(setup.values.string("log.level")), metrics),
        log(sink.logger("kernel")),
        plugins(*log, endHanging),
        problems(setup.errors) {
    for (auto& problem : plugins.open(catalogue, kernel::choiceOf(setup.values))) {
      problems.push_back(std::move(problem));
    }
  }

  const kernel::PluginCatalogue catalogue;
  const kernel::Setup setup;
  observe::MetricRegistry metrics;
  observe::LogSink sink;
  const std::unique_ptr<Logger> log;
  kernel::PluginSet plugins;
  std::vector<std::string> problems;
};

/// Threads that were left behind would see what they use taken down around them.
int ended(const kernel::RunningNode& node, observe::LogSink& sink, int status) {
  if (!node.leftBehind()) return status;
  sink.flush();
  std::_Exit(status);
}

int start(const config::CommandLine& line) {
  const sigset_t signals = blockSignals();
  Preparation ready(line, false);
  if (!ready.problems.empty()) return complain(ready.problems);
  kernel::FileWatch files(ready.setup.values.list("reload.watch"));
  kernel::RunningNode node({ready.setup.values, ready.sink, ready.metrics, ready.plugins, SSE_VERSION});
  if (const auto started = node.start(); !started) {
    ready.sink.flush();
    std::fprintf(stderr, "%s\n", started.error().text.c_str());
    return ended(node, ready.sink, started.error().code == Code::System ? kSystem : kConfig);
  }
  Watch watch(node, line, ready.catalogue, *ready.log, std::move(files));
  watch.run(signals);
  node.stop();
  ready.log->write(Level::Info, "stopped", "stopped");
  return ended(node, ready.sink, kOk);
}

int check(const config::CommandLine& line) {
  Preparation ready(line, true);
  if (!ready.problems.empty()) return complain(ready.problems);
  kernel::RunningNode node({ready.setup.values, ready.sink, ready.metrics, ready.plugins, SSE_VERSION});
  if (const auto checked = node.check(); !checked) return complain({checked.error().text});
  std::puts("configuration and plugins are good");
  return kOk;
}

/// The day of SOURCE_DATE_EPOCH, so that a page can be made again as it was; else today.
std::string date() {
  const char* fixed = std::getenv("SOURCE_DATE_EPOCH");
  const std::time_t seconds = fixed == nullptr ? std::time(nullptr) : std::strtoll(fixed, nullptr, 10);
  std::tm day{};
  ::gmtime_r(&seconds, &day);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &day)};
}

int options(const config::CommandLine& line) {
  config::Registry registry;
  kernel::addCoreTables(registry);
  kernel::addPluginTables(registry, kernel::catalogueOf(kernel::inputOf(line)));
  const auto found = line.command_flags.find("format");
  const std::string format = found == line.command_flags.end() ? "text" : found->second;
  if (format == "text") return std::fputs(config::describeText(registry).c_str(), stdout), kOk;
  if (format == "json") return std::fputs(config::describeJson(registry).c_str(), stdout), kOk;
  if (format == "markdown") return std::fputs(config::describeMarkdown(registry).c_str(), stdout), kOk;
  if (format == "schema") return std::fputs(config::describeSchema(registry).c_str(), stdout), kOk;
  if (format == "man") return std::fputs(config::manPage(registry, SSE_VERSION, date()).c_str(), stdout), kOk;
  return complain({"--format: expected text, json, markdown, schema or man, got \"" + format + "\""});
}

int plugins(const config::CommandLine& line) {
  const auto catalogue = kernel::catalogueOf(kernel::inputOf(line));
  if (line.positional.empty()) return std::fputs(kernel::listPlugins(catalogue).c_str(), stdout), kOk;
  const auto described = kernel::describePlugin(catalogue, line.positional.front());
  if (!described) return complain({described.error().text});
  return std::fputs(described->c_str(), stdout), kOk;
}

volatile std::sig_atomic_t interrupted = 0;

/// Makes the client of TLS that the flags describe, where `url` needs one.
Result<void> secure(const client::Url& url, client::Access& access) {
  if (!url.tls) return {};
  const auto check = access.insecure ? net::TlsCheck::Nothing : net::TlsCheck::Everything;
  const net::CertificateFiles shown{"--certificate", access.certificate, "--key", access.key};
  auto made = net::TlsConnector::create(
      net::TlsTerms{.ca_option = "--ca-file", .ca_file = access.ca_file, .shown = shown, .check = check});
  if (!made) return made.error();
  access.tls = *std::move(made);
  return {};
}

/// The same for a command that somebody types, who is to know what is not checked.
Result<void> secure(const std::string& url, client::Access& access) {
  if (access.insecure) std::fprintf(stderr, "--insecure: the server's certificate is not checked\n");
  const auto parsed = client::parseUrl(url);
  return parsed ? secure(*parsed, access) : parsed.error();
}

template <typename Command>
Result<Command> secured(Result<Command> command) {
  if (!command) return command;
  if (const auto done = secure(command->url, command->access); !done) return done.error();
  return command;
}

int publish(const config::CommandLine& line) {
  const auto command = secured(client::parsePublish(line.positional, line.command_flags));
  if (!command) return complain({command.error().text});
  return client::runPublish(*command, std::cin, std::cout, std::cerr);
}

int subscribe(const config::CommandLine& line) {
  const auto command = secured(client::parseSubscribe(line.positional, line.command_flags));
  if (!command) return complain({command.error().text});
  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });
  return client::runSubscribe(*command, std::cout, std::cerr, [] { return interrupted != 0; });
}

/// The health endpoint of the node that this configuration describes. Its certificate is not checked: the node is
/// asked over the loopback, where no certificate's name leads, nothing secret is sent, and to be restarted would not
/// mend a certificate that has ended, or is newer in its file than in the node.
Result<client::ProbeCommand> ownNode(const config::CommandLine& line) {
  if (!line.command_flags.empty()) {
    return Error{Code::InvalidArgument, "probe: expected a URL beside --" + line.command_flags.begin()->first};
  }
  const auto input = kernel::inputOf(line);
  const auto setup = kernel::readSetup(input, kernel::catalogueOf(input));
  if (!setup.errors.empty()) return Error{Code::InvalidArgument, setup.errors.front()};
  const bool admin = setup.values.has("admin.port");
  const bool tls = !admin && !setup.values.list("tls.certificate").empty();
  const auto port = std::to_string(setup.values.integer(admin ? "admin.port" : "http.port"));
  auto url = client::parseUrl((tls ? "https" : "http") + ("://127.0.0.1:" + port) + "/livez");
  if (!url) return url.error();
  client::ProbeCommand command{*std::move(url), "", {.insecure = true}};
  if (const auto secured = secure(command.url, command.access); !secured) return secured.error();
  return command;
}

Result<client::ProbeCommand> probed(const config::CommandLine& line) {
  if (line.positional.empty()) return ownNode(line);
  auto command = client::parseProbe(line.positional, line.command_flags);
  if (!command) return command;
  if (const auto secured = secure(line.positional.front(), command->access); !secured) return secured.error();
  return command;
}

int probe(const config::CommandLine& line) {
  const auto command = probed(line);
  if (!command) return complain({command.error().text});
  return client::runProbe(*command, std::cout, std::cerr);
}

int token(const config::CommandLine& line) {
  const auto command = client::parseToken(line.positional, line.command_flags);
  if (!command) return complain({command.error().text});
  return client::runToken(*command, std::cout);
}

int run(const std::vector<std::string>& arguments) {
  const auto line = config::parseCommandLine(arguments);
  if (!line) return complain({line.error().text});
  if (line->version) return std::puts("sse-cluster " SSE_VERSION), kOk;
  if (line->help) return std::fputs(config::helpText(line->command).c_str(), stdout), kOk;
  struct Row {
    const char* command;
    int (*run)(const config::CommandLine&);
  };
  static constexpr Row kCommands[] = {{"start", start},     {"check", check},     {"options", options},
                                      {"plugins", plugins}, {"publish", publish}, {"subscribe", subscribe},
                                      {"probe", probe},     {"token", token}};
  for (const auto& row : kCommands) {
    if (line->command == row.command) return row.run(*line);
  }
  return complain({config::helpText()});
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sse-cluster: %s\n", error.what());
    return kSystem;
  }
}
