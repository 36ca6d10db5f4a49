// The program of one library: it waits for commands, one a line, and answers each with a line.
//   open THREADS ROW   makes the row's work ready: "ok", or "none" where the library has no such
//   run SECONDS        does it for that long: page faults in each run, nanoseconds of the samples
//   close              drops it: "ok"
//   peak               the largest memory so far: KiB
//
// `PROGRAM --rows` lists the rows, `PROGRAM --version` the library, `PROGRAM --nothing` ends at
// once.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>

#include "row.hpp"

namespace {

using namespace versus;
using Clock = std::chrono::steady_clock;

/// What a clock can tell apart well; shorter work is repeated within a sample.
constexpr double least_sample_ns = 50'000;

rusage usage() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used;
}

/// Of this program; getrusage would count what started it, too.
std::string peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "VmHWM:" && status >> word) return word;
  }
  return "0";
}

double nanoseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

std::vector<Group> groups() {
  return {overhead(),  models(),     programs(), layers(),  sequences(),
          pointwise(), reductions(), movement(), products()};
}

class Session {
 public:
  std::string open(const std::string& name) {
    for (const Group& group : groups()) {
      for (const Row& row : group.rows) {
        if (row.name == name) return ready(row.make());
      }
    }
    return "unknown";
  }

  std::string run(double seconds) {
    const auto start = Clock::now();
    std::ostringstream times;
    const long faults = usage().ru_minflt;
    long runs = 0;
    do {
      times << ' ' << sample() / (double(repeats_) * work_.operations);
      runs += repeats_;
    } while (nanoseconds_since(start) < 1e9 * seconds);
    return std::to_string(double(usage().ru_minflt - faults) / double(runs)) + times.str();
  }

  void close() { work_ = {}; }

 private:
  /// Once for what is made at first use, then often enough to know how long it takes.
  std::string ready(Work work) {
    work_ = std::move(work);
    repeats_ = 1;
    if (!work_.run) return "none";
    sample();
    while (!work_.before && sample() < least_sample_ns) repeats_ *= 2;
    return "ok";
  }

  double sample() {
    if (work_.before) work_.before();
    const auto start = Clock::now();
    for (int i = 0; i < repeats_; ++i) work_.run();
    return nanoseconds_since(start);
  }

  Work work_;
  int repeats_ = 1;
};

std::string answer(Session& session, const std::string& line) {
  std::istringstream words(line);
  std::string command, name;
  words >> command;
  if (command == "open") {
    int threads = 1;
    words >> threads >> std::ws;
    std::getline(words, name);
    use_threads(threads);
    return session.open(name);
  }
  if (command == "run") {
    double seconds = 0;
    words >> seconds;
    return session.run(seconds);
  }
  if (command == "peak") return peak_memory();
  if (command != "close") return "unknown";
  session.close();
  return "ok";
}

void list_rows() {
  for (const Group& group : groups()) {
    for (const Row& row : group.rows) {
      std::cout << group.title << '\t' << row.name << '\t' << row.why_slower << '\n';
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::string flag = count > 1 ? arguments[1] : "";
  if (flag == "--nothing") return 0;
  if (flag == "--rows") return list_rows(), 0;
  if (flag == "--version") return std::cout << version() << '\n', 0;
  // A program that is stopped while others are measured would outlive the one that started it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  Session session;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << answer(session, line) << std::endl;
  }
}
