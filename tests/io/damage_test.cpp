// Every beginning of a small file of each kind, and the file with each of its bytes changed, given
// to the public readers. What is cut is refused; where a checksum stands behind the elements, a
// change is refused or has changed none of them. tests/fuzz has more files and looks for crashes
// alone; checkpoints, where no change at all gets through, are in checkpoint_test.cpp.
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/io/csv.hpp"
#include "tapegrad/io/idx.hpp"
#include "tapegrad/io/npy.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using namespace tapegrad::test;

namespace {

using Numbers = std::vector<double>;

enum class Checksum { no, yes };
/// Whether a text may end anywhere.
enum class Ends { anywhere, at_its_end };

struct Kind {
  std::string file;
  std::string reader;
  std::function<void(const std::string& path)> save;
  std::function<Numbers(const std::string& path)> load;
  Checksum checksum = Checksum::no;
  Ends ends = Ends::at_its_end;
};

Tensor some() { return values<float>({1.5F, -2, 3e8F, 0, 7, -0.25F}).view({2, 3}); }

Numbers numbers(const StateDict& tensors) {
  Numbers all;
  for (const auto& [name, tensor] : tensors) {
    for (const double x : tensor.to_vector<double>()) all.push_back(x);
  }
  return all;
}

Numbers numbers(const Tensor& x) { return x.to_vector<double>(); }

const StateDict& two() {
  static const StateDict state{{"weight", some()}, {"steps", values<std::int64_t>({7, 8})}};
  return state;
}

const std::vector<Kind>& kinds() {
  using Path = const std::string&;
  const auto load_npz = [](Path path) { return numbers(io::load_npz(path)); };
  const auto load_idx = [](Path path) { return numbers(io::load_idx(path)); };
  static const std::vector<Kind> all{
      {"x.npy", "load_npy", [](Path path) { io::save_npy(path, some()); },
       [](Path path) { return numbers(io::load_npy(path)); }},
      {"x.npz", "load_npz", [](Path path) { io::save_npz(path, two()); }, load_npz, Checksum::yes},
      {"deflated.npz", "load_npz", [](Path path) { io::save_npz(path, two(), {.compress = true}); },
       load_npz, Checksum::yes},
      {"x.safetensors", "load_safetensors",
       [](Path path) {
         io::save_safetensors(path, two(), {{"format", "pt"}});
       },
       [](Path path) { return numbers(io::load_safetensors(path).tensors); }},
      {"x.idx", "load_idx", [](Path path) { io::save_idx(path, some()); }, load_idx},
      {"x.idx.gz", "load_idx", [](Path path) { io::save_idx(path, some()); }, load_idx,
       Checksum::yes},
      {"x.csv", "load_csv", [](Path path) { write_file(path, "x,\"y z\"\n1,2.5\r\n-3e2,4\n"); },
       [](Path path) { return numbers(io::load_csv(path).values()); }, Checksum::no,
       Ends::anywhere},
  };
  return all;
}

/// What the reader makes of these bytes: numbers, or the message of an IoError about this file.
/// Any other exception ends the test.
std::pair<Numbers, std::string> outcome(const Kind& kind, const std::string& path,
                                        const std::string& bytes) {
  write_file(path, bytes);
  Numbers loaded;
  const std::string message = io_error([&] { loaded = kind.load(path); });
  const bool fine = message == "no error" ||
                    (message.starts_with(kind.reader + ": ") || message.starts_with("csv: "));
  if (!fine || (message != "no error" && !contains(message, path))) FAIL(message);
  return {loaded, message};
}

}  // namespace

TEST_CASE("a file that was cut is refused at every length", "[io][damage]") {
  const Folder folder;
  for (const Kind& kind : kinds()) {
    const std::string path = folder / kind.file;
    kind.save(path);
    const std::string whole = read_file(path);
    REQUIRE(outcome(kind, path, whole).second == "no error");
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const std::string message = outcome(kind, path, whole.substr(0, length)).second;
      INFO(kind.file << " cut to " << length << " of " << whole.size() << " bytes");
      if (kind.ends == Ends::at_its_end && message == "no error") FAIL("was loaded");
    }
    // Bytes behind an archive are none of its own, as every zip program has it.
    const bool may_go_on = kind.reader == "load_npz";
    INFO(kind.file);
    CHECK((outcome(kind, path, whole + "x").second == "no error") == may_go_on);
  }
}

TEST_CASE("a byte that was changed is refused, or changes no element that has a checksum",
          "[io][damage]") {
  const Folder folder;
  for (const Kind& kind : kinds()) {
    const std::string path = folder / kind.file;
    kind.save(path);
    std::string bytes = read_file(path);
    const Numbers right = outcome(kind, path, bytes).first;
    REQUIRE(right.size() >= 4);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      for (const int change : {0x01, 0x20, 0x80, 0xff}) {
        bytes[i] = static_cast<char>(bytes[i] ^ change);
        const auto [loaded, message] = outcome(kind, path, bytes);
        INFO(kind.file << ", byte " << i << " changed by " << change);
        if (kind.checksum == Checksum::yes && message == "no error" && loaded != right) {
          FAIL("other elements were loaded");
        }
        bytes[i] = static_cast<char>(bytes[i] ^ change);
      }
    }
  }
}
