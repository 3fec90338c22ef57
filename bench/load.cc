// Drives the floor, Nchan and sse-cluster through the rows of the table, in alternating runs, and prints the table.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/report.h"
#include "bench/row.h"

namespace {

using namespace sse::bench;

constexpr unsigned kRunLimitSeconds = 120;

struct Options {
  std::vector<std::string> rows;
  std::vector<ServerKind> servers = {ServerKind::Floor, ServerKind::Nchan, ServerKind::Ours};
  size_t runs = 3;
  Sizes sizes;
  Programs programs;
  std::string json;
  std::string markdown;
};

constexpr const char* kUsage = R"(usage: sse-bench-load [OPTION VALUE ...]
  --row NAME           one row (may be repeated; default: all); --list tells them
  --servers LIST       of floor,nchan,ours (default: those that are there)
  --runs N             alternating runs (3)
  --seconds S          how long a row publishes (2)
  --fanout N  --channels N  --idle N  --stuck N  --samples N    sizes of the rows
  --quick              small sizes, one run: a smoke test of the bench
  --ours PATH          sse-cluster (default: beside this program)
  --plugins PATH       folder of its plugins (default: ../plugins beside it)
  --nginx PATH  --nchan-module PATH
  --json FILE          one line per run
  --markdown FILE      the table (default: standard output)
)";

[[noreturn]] void usage(const std::string& problem) {
  std::cerr << problem << "\n" << kUsage;
  std::exit(64);
}

ServerKind kindNamed(const std::string& name) {
  for (const ServerKind kind : {ServerKind::Floor, ServerKind::Nchan, ServerKind::Ours}) {
    if (nameOf(kind) == name) return kind;
  }
  usage("--servers: expected floor, nchan or ours, got " + name);
}

std::vector<ServerKind> kindsNamed(const std::string& list) {
  std::vector<ServerKind> kinds;
  for (size_t at = 0; at <= list.size();) {
    const size_t end = std::min(list.find(',', at), list.size());
    kinds.push_back(kindNamed(list.substr(at, end - at)));
    at = end + 1;
  }
  return kinds;
}

size_t countOf(const std::string& name, const std::string& value) {
  char* end = nullptr;
  const unsigned long long count = std::strtoull(value.c_str(), &end, 10);
  if (end == value.c_str() || *end != '\0' || count == 0 || count > 100'000) {
    usage(name + ": expected a number from 1 to 100000, got " + value);
  }
  return count;
}

void apply(Options& options, const std::string& name, const std::string& value) {
  const auto count = [&] { return countOf(name, value); };
  if (name == "--row")
    options.rows.push_back(value);
  else if (name == "--servers")
    options.servers = kindsNamed(value);
  else if (name == "--runs")
    options.runs = count();
  else if (name == "--seconds")
    options.sizes.seconds = std::clamp(std::atof(value.c_str()), 0.1, 60.0);
  else if (name == "--fanout")
    options.sizes.fanout = count();
  else if (name == "--channels")
    options.sizes.channels = count();
  else if (name == "--idle")
    options.sizes.idle = count();
  else if (name == "--stuck")
    options.sizes.stuck = count();
  else if (name == "--samples")
    options.sizes.samples = count();
  else if (name == "--ours")
    options.programs.ours = value;
  else if (name == "--plugins")
    options.programs.plugins = value;
  else if (name == "--nginx")
    options.programs.nginx = value;
  else if (name == "--nchan-module")
    options.programs.nchan_module = value;
  else if (name == "--json")
    options.json = value;
  else if (name == "--markdown")
    options.markdown = value;
  else
    usage("unknown option " + name);
}

[[noreturn]] void listRows() {
  for (const Row& row : rows()) std::cout << row.name << "\t" << row.help << "\n";
  std::exit(0);
}

Options parse(int argc, char** argv) {
  Options options;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  options.programs.floor = folder / "sse-bench-floor";
  options.programs.ours = folder / "sse-cluster";
  options.programs.plugins = folder.parent_path() / "plugins";
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--list") listRows();
    if (name == "--quick") {
      options.sizes = Sizes::quick();
      options.runs = 1;
      continue;
    }
    if (i + 1 == argc) usage(name + ": value missing");
    apply(options, name, argv[++i]);
  }
  for (const std::string& name : options.rows) {
    const auto named = [&](const Row& row) { return row.name == name; };
    if (std::none_of(rows().begin(), rows().end(), named)) usage("--row: no row named " + name);
  }
  return options;
}

void raiseDescriptorLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

extern "C" void onDeadlySignal(int number) {
  Process::killAll();
  signal(number, SIG_DFL);
  raise(number);
}

void installSignals() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGABRT, SIGSEGV}) signal(number, onDeadlySignal);
  signal(SIGPIPE, SIG_IGN);
}

/// Runs a row once; false, with a line that says why, if it broke.
bool runOnce(const Row& row, Record& record, const Options& options, int server_cpu) {
  std::unique_ptr<Server> server;
  try {
    alarm(kRunLimitSeconds);
    server = std::make_unique<Server>(record.server, options.programs, server_cpu);
    std::cerr << row.name << " " << nameOf(record.server) << " run " << record.run + 1 << " (pid "
              << server->process().pid() << ") " << std::flush;
    record.result = row.run(*server, options.sizes);
    alarm(0);
  } catch (const std::exception& problem) {
    std::cerr << "broke: " << problem.what() << "\n" << (server ? server->output() : "");
    return false;
  }
  for (const auto& [name, value] : record.result.metrics) std::cerr << " " << name << "=" << value;
  const Tally& tally = record.result.tally;
  if (tally.wrong() > 0) {
    std::cerr << " LOST=" << tally.lost << " REPEATED=" << tally.repeated << " DISORDERED=" << tally.disordered
              << " ENDED=" << tally.ended;
  }
  std::cerr << "\n";
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  raiseDescriptorLimit();
  installSignals();
  const std::vector<int> cpus = allowedCpus();
  if (cpus.size() < 2) std::cerr << "warning: one CPU for client and server: figures will be poor\n";
  pinTo(cpus.front());

  std::ofstream json;
  if (!options.json.empty()) json.open(options.json);
  std::vector<Record> records;
  bool broken = false;
  for (const Row& row : rows()) {
    const auto& named = options.rows;
    if (!named.empty() && std::find(named.begin(), named.end(), row.name) == named.end()) continue;
    for (size_t run = 0; run < options.runs; ++run) {
      for (const ServerKind kind : options.servers) {
        if (std::find(row.servers.begin(), row.servers.end(), kind) == row.servers.end()) continue;
        if (!options.programs.has(kind)) continue;
        Record record{row.name, kind, run, {}};
        if (!runOnce(row, record, options, cpus.back())) {
          broken = true;
          continue;
        }
        if (json.is_open()) json << toJsonLine(record) << std::endl;
        records.push_back(std::move(record));
      }
    }
  }
  const std::string table = toMarkdown(records, options.sizes, options.runs);
  if (options.markdown.empty())
    std::cout << table;
  else
    std::ofstream(options.markdown) << table;
  return broken ? 1 : 0;
}
