#include "io/input.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "io/descriptor.hpp"
#include "io/path.hpp"
#include "io/system_error.hpp"

namespace tapegrad::io {
namespace {

[[noreturn]] void fail_to(const Input& input, std::string_view what) {
  fail_of_system(errno, "{}: {}: {}", input.operation, what, input.name);
}

void read_to_end(Input& input, int descriptor) {
  auto bytes = std::make_shared<std::vector<std::byte>>();
  constexpr std::size_t block = 1 << 16;
  while (true) {
    const std::size_t filled = bytes->size();
    bytes->resize(filled + block);
    const ssize_t count = ::read(descriptor, bytes->data() + filled, block);
    if (count < 0 && errno != EINTR) fail_to(input, "cannot read");
    bytes->resize(filled + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) break;
  }
  input.data = bytes->data();
  input.size = bytes->size();
  input.owner = std::move(bytes);
}

void map_whole(Input& input, int descriptor, std::size_t size) {
  if (size == 0) return;
  // Without a reserve for pages that might be changed, which files larger than memory can't have.
  void* start =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0);
  if (start == MAP_FAILED) fail_to(input, "cannot map");
  input.data = static_cast<std::byte*>(start);
  input.size = size;
  input.owner = std::shared_ptr<void>(start, [size](void* p) { ::munmap(p, size); });
}

}  // namespace

void Input::fail_text(std::size_t offset, std::string_view what) const {
  tapegrad::fail<IoError>("{}: {}: {}, byte {}", operation, what, name, offset);
}

Input map_file(std::string operation, const std::string& path) {
  check_path(operation, path);
  Input input{std::move(operation), path};
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) fail_to(input, "cannot open");
  struct stat facts {};
  if (::fstat(file.number(), &facts) != 0) fail_to(input, "cannot look at");
  check<IoError>(!S_ISDIR(facts.st_mode), "{}: this is a folder: {}; give the file in it",
                 input.operation, path);
  if (S_ISFIFO(facts.st_mode)) {
    read_to_end(input, file.number());
    return input;
  }
  check<IoError>(S_ISREG(facts.st_mode), "{}: neither a file nor a pipe: {}", input.operation,
                 path);
  map_whole(input, file.number(), static_cast<std::size_t>(facts.st_size));
  return input;
}

std::string shown(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string result(text.substr(0, longest));
  const auto harmful = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  std::replace_if(result.begin(), result.end(), harmful, '?');
  return fmt::format("\"{}{}\"", result, text.size() > longest ? "..." : "");
}

}  // namespace tapegrad::io
