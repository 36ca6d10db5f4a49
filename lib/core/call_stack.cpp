#include "core/call_stack.hpp"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>

#include "core/line_table.hpp"

namespace tapegrad {
namespace {

constexpr const char* this_program = "/proc/self/exe";

/// A file in memory, as long as this lives; empty where it can't be read.
class Mapped {
 public:
  explicit Mapped(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    struct stat status {};
    if (::fstat(file, &status) == 0 && status.st_size > 0) {
      size_ = static_cast<std::size_t>(status.st_size);
      memory_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    }
    ::close(file);
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  ~Mapped() {
    if (memory_ != MAP_FAILED) ::munmap(memory_, size_);
  }
  std::span<const std::byte> bytes() const {
    if (memory_ == MAP_FAILED) return {};
    return {static_cast<const std::byte*>(memory_), size_};
  }

 private:
  void* memory_ = MAP_FAILED;
  std::size_t size_ = 0;
};

/// A program or a shared library, and where in it an address is.
struct Place {
  std::string file;
  std::uint64_t offset = 0;
  const void* base = nullptr;
};

std::optional<Place> place_in_binary(const void* address) {
  Dl_info info{};
  link_map* map = nullptr;
  if (::dladdr1(address, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) == 0 || !map) {
    return std::nullopt;
  }
  const bool is_program = !map->l_name || !*map->l_name;
  return Place{.file = is_program ? this_program : map->l_name,
               .offset = reinterpret_cast<std::uintptr_t>(address) - map->l_addr,
               .base = info.dli_fbase};
}

/// Read once for each binary, when the first error asks for it.
const LineTable& table_of(const std::string& file) {
  static auto* mutex = new std::mutex;
  static auto* tables = new std::map<std::string, LineTable>;
  const std::lock_guard lock(*mutex);
  const auto known = tables->find(file);
  if (known != tables->end()) return known->second;
  return tables->emplace(file, LineTable(Mapped(file).bytes())).first->second;
}

std::string program_name() {
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink(this_program, path.data(), path.size() - 1);
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : "program";
}

/// Whether a source is the library's or the standard library's: no place where a user looks.
class Inner {
 public:
  /// Where the library is part of a program that has lines of it, its folder is found by this file.
  explicit Inner(const Place& ours) {
    const auto here = table_of(ours.file).find(ours.offset, [](std::string_view) { return false; });
    const std::string_view name = "core/call_stack.cpp";
    if (here && here->file.ends_with(name)) {
      folder_ = here->file.substr(0, here->file.size() - name.size());
    }
  }
  bool operator()(std::string_view file) const {
    return (!folder_.empty() && file.starts_with(folder_)) ||
           file.find("include/tapegrad/") != file.npos || file.find("/include/c++/") != file.npos ||
           file.ends_with("lib/ops/methods.cpp");  // made by the build
  }

 private:
  std::string folder_;
};

}  // namespace

std::shared_ptr<const CallStack> call_stack() {
  auto stack = std::make_shared<CallStack>();
  stack->count = ::backtrace(stack->frames.data(), static_cast<int>(stack->frames.size()));
  return stack;
}

std::string caller_in(const CallStack& stack) {
  const auto ours = place_in_binary(reinterpret_cast<const void*>(&call_stack));
  if (!ours) return "an unknown place";
  const Inner inner(*ours);
  std::optional<Place> outside;
  for (int i = 0; i < stack.count; ++i) {
    // A return address belongs to what comes after the call.
    const auto place = place_in_binary(static_cast<const char*>(stack.frames[i]) - 1);
    if (!place) continue;
    if (!outside && place->base != ours->base) outside = place;
    if (const auto line = table_of(place->file).find(place->offset, inner)) {
      return fmt::format("{}:{}", line->file, line->line);
    }
  }
  // Linked statically, the library's frames can't be told from the program's without lines.
  if (!outside || ours->file == this_program) return "a place without a line: compile with -g";
  const bool is_program = outside->file == this_program;
  return fmt::format("{}+{:#x}", is_program ? program_name() : outside->file, outside->offset);
}

}  // namespace tapegrad
