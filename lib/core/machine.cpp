#include "core/machine.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <istream>
#include <limits>

namespace tapegrad {
namespace {

constexpr MachineLimits none{std::numeric_limits<int>::max(),
                             std::numeric_limits<std::size_t>::max()};

MachineLimits least(MachineLimits a, MachineLimits b) {
  return {std::min(a.processors, b.processors), std::min(a.memory, b.memory)};
}

/// 0 for a file that isn't there, or says "max" or -1.
long long number_in(const std::string& file) {
  std::ifstream in(file);
  long long number = 0;
  return in >> number ? std::max(number, 0LL) : 0;
}

/// Of microseconds of a processor in each period.
int processors_of(long long quota, long long period) {
  if (quota <= 0 || period <= 0) return none.processors;
  const long long whole = (quota - 1) / period + 1;
  return whole < none.processors ? static_cast<int>(whole) : none.processors;
}

std::size_t memory_of(long long bytes) {
  return bytes > 0 ? static_cast<std::size_t>(bytes) : none.memory;
}

/// Version 2: cpu.max is "50000 100000", quota and period.
MachineLimits unified_limits(const std::string& folder) {
  std::ifstream in(folder + "/cpu.max");
  long long quota = 0, period = 0;
  in >> quota >> period;
  return {processors_of(quota, period), memory_of(number_in(folder + "/memory.max"))};
}

/// Version 1: a hierarchy for each controller, whose files the others don't have.
MachineLimits controller_limits(const std::string& folder) {
  return {processors_of(number_in(folder + "/cpu.cfs_quota_us"),
                        number_in(folder + "/cpu.cfs_period_us")),
          memory_of(number_in(folder + "/memory.limit_in_bytes"))};
}

int processors_bound_to() {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  return ::sched_getaffinity(0, sizeof(mine), &mine) == 0 ? CPU_COUNT(&mine) : none.processors;
}

std::size_t memory_built_in() {
  const long pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(size)
                               : none.memory;
}

}  // namespace

MachineLimits group_limits(const std::string& root, std::istream& membership) {
  MachineLimits limits = none;
  // A line is "0::/path" for version 2, "4:cpu,cpuacct:/path" for controllers of version 1.
  for (std::string line; std::getline(membership, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string top = controllers.empty() ? root : root + '/' + controllers;
    const auto of = controllers.empty() ? unified_limits : controller_limits;
    std::string path = line.substr(second + 1);
    if (!path.starts_with('/')) continue;
    for (; !path.empty(); path.resize(path.rfind('/'))) limits = least(limits, of(top + path));
    limits = least(limits, of(top));
  }
  return limits;
}

MachineLimits machine_limits() {
  const MachineLimits machine{processors_bound_to(), memory_built_in()};
  std::ifstream membership("/proc/self/cgroup");
  MachineLimits limits = least(machine, group_limits("/sys/fs/cgroup", membership));
  if (limits.processors == none.processors) limits.processors = 1;
  return limits;
}

}  // namespace tapegrad
