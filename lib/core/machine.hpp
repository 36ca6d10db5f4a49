// What this process may use of the machine: less than there is where it was bound to some
// processors, or where its control group (a container's, a service's) has a limit. Knows nothing of
// how it is used.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

namespace tapegrad {

struct MachineLimits {
  int processors;      ///< at least 1; a part of a processor counts as one
  std::size_t memory;  ///< bytes
};

/// By /proc, sysconf() and sched_getaffinity(); what can't be found out limits nothing. Reads
/// files: to be asked once.
MachineLimits machine_limits();

/// The least limits of the groups that `membership`, in the words of /proc/self/cgroup, names, and
/// of those around them; of version 1 of the control groups and of version 2, mounted at `root`.
MachineLimits group_limits(const std::string& root, std::istream& membership);

}  // namespace tapegrad
