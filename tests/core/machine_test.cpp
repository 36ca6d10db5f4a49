// Files as the kernel's documentation of control groups describes them.
#include "core/machine.hpp"

#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "io/files.hpp"
#include "support/catch.hpp"

using namespace tapegrad;

namespace {

constexpr int any_processors = std::numeric_limits<int>::max();
constexpr std::size_t any_memory = std::numeric_limits<std::size_t>::max();

using Files = std::vector<std::pair<std::string, std::string>>;

MachineLimits limits_by(const Files& files, const std::string& membership) {
  const test::Folder root;
  for (const auto& [name, text] : files) {
    const std::filesystem::path path = root.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << '\n';
  }
  std::istringstream lines(membership);
  return group_limits(root.path().string(), lines);
}

}  // namespace

TEST_CASE("a control group of version 2 limits processors and memory", "[core][machine]") {
  const auto of = [](const std::string& cpu, const std::string& memory) {
    return limits_by({{"a/cpu.max", cpu}, {"a/memory.max", memory}}, "0::/a\n");
  };
  CHECK(of("200000 100000", "max").processors == 2);
  CHECK(of("150000 100000", "max").processors == 2);
  CHECK(of("1000 100000", "max").processors == 1);
  CHECK(of("max 100000", "max").processors == any_processors);
  CHECK(of("max 100000", "1073741824").memory == std::size_t{1} << 30);
  CHECK(of("max 100000", "max").memory == any_memory);
}

TEST_CASE("the groups around a control group limit it, too", "[core][machine]") {
  const Files files = {{"a/cpu.max", "300000 100000"},     {"a/b/cpu.max", "max 100000"},
                       {"a/b/c/cpu.max", "400000 100000"}, {"a/memory.max", "5000"},
                       {"a/b/c/memory.max", "4000"},       {"other/cpu.max", "100000 100000"}};
  const MachineLimits limits = limits_by(files, "0::/a/b/c\n");
  CHECK(limits.processors == 3);
  CHECK(limits.memory == 4000);
  CHECK(limits_by({{"cpu.max", "100000 100000"}}, "0::/\n").processors == 1);
}

TEST_CASE("control groups of version 1 limit by their controllers", "[core][machine]") {
  const Files files = {{"cpu,cpuacct/x/cpu.cfs_quota_us", "250000"},
                       {"cpu,cpuacct/x/cpu.cfs_period_us", "100000"},
                       {"memory/y/z/memory.limit_in_bytes", "9223372036854771712"},
                       {"memory/y/memory.limit_in_bytes", "123456789"}};
  const std::string membership = "7:memory:/y/z\n3:cpu,cpuacct:/x\n1:name=systemd:/s\n0::/\n";
  const MachineLimits limits = limits_by(files, membership);
  CHECK(limits.processors == 3);
  CHECK(limits.memory == 123456789);
  CHECK(
      limits_by({{"cpu/cpu.cfs_quota_us", "-1"}, {"cpu/cpu.cfs_period_us", "100000"}}, "1:cpu:/\n")
          .processors == any_processors);
}

TEST_CASE("what isn't there or makes no sense limits nothing", "[core][machine]") {
  for (const char* membership : {"", "0::/a\n", "0::a\n", "nonsense\n", "1:2\n", "::\n"}) {
    const MachineLimits limits =
        limits_by({{"a/cpu.max", "0 0"}, {"a/memory.max", "much"}}, membership);
    INFO(membership);
    CHECK(limits.processors == any_processors);
    CHECK(limits.memory == any_memory);
  }
}

TEST_CASE("the process may use no more than there is, and not nothing", "[core][machine]") {
  const MachineLimits limits = machine_limits();
  cpu_set_t mine;
  CPU_ZERO(&mine);
  REQUIRE(::sched_getaffinity(0, sizeof(mine), &mine) == 0);
  CHECK(limits.processors >= 1);
  CHECK(limits.processors <= CPU_COUNT(&mine));
  CHECK(limits.memory > 0);
  CHECK(limits.memory <= static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) *
                             static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
}
