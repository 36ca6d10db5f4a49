// Gzipped bytes. What they hold is the caller's business.
#pragma once

#include <memory>
#include <span>

#include "io/atomic_file.hpp"
#include "io/input.hpp"

struct z_stream_s;

namespace tapegrad::io {

/// Deflate never packs more tightly: 258 bytes take at least 2 bits.
inline constexpr std::size_t tightest_deflate = 1032;

bool is_gzip(const Input& input);

/// Unpacks piece by piece, so that the caller decides how much memory it takes. `packed` must
/// outlive it.
class GzipReader {
 public:
  explicit GzipReader(const Input& packed);

  /// Fills all of `target`. Throws IoError for damaged data and when they end before.
  void read(std::span<std::byte> target);
  /// Fills as much of `target` as there is, and says how much that is.
  std::size_t read_up_to(std::span<std::byte> target);

  /// Nothing is left; the checksum has been compared.
  bool at_end();

 private:
  std::size_t read_some(std::span<std::byte> target);
  std::size_t offset() const;

  const Input& packed_;
  std::shared_ptr<z_stream_s> stream_;
};

/// Writes the pieces, packed, one behind the other; no time and no name stand in the file.
void write_gzip(AtomicFile& file, std::span<const std::span<const std::byte>> pieces);

}  // namespace tapegrad::io
