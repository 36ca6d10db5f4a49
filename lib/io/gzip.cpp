// The only file that includes zlib.
#include "io/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace tapegrad::io {
namespace {

constexpr int gzip_window = 15 + 16;  // zlib's way to say "gzip, the largest window"

unsigned part(std::size_t size) {
  return static_cast<unsigned>(std::min<std::size_t>(size, std::numeric_limits<unsigned>::max()));
}

Bytef* bytes_for_zlib(const std::byte* data) {
  return reinterpret_cast<Bytef*>(const_cast<std::byte*>(data));
}

void deflate_into(AtomicFile& file, z_stream& stream, int flush) {
  std::byte block[1 << 14];
  do {
    stream.next_out = bytes_for_zlib(block);
    stream.avail_out = sizeof block;
    ::deflate(&stream, flush);
    file.write(std::span(block, sizeof block - stream.avail_out));
  } while (stream.avail_out == 0);
}

}  // namespace

bool is_gzip(const Input& input) { return input.size >= 2 && input.text(0, 2) == "\x1f\x8b"; }

GzipReader::GzipReader(const Input& packed) : packed_(packed) {
  auto* stream = new z_stream{};
  stream_.reset(stream, [](z_stream* s) {
    ::inflateEnd(s);
    delete s;
  });
  stream->next_in = bytes_for_zlib(packed.data);
  if (::inflateInit2(stream, gzip_window) != Z_OK) throw std::bad_alloc();
}

std::size_t GzipReader::offset() const {
  return static_cast<std::size_t>(stream_->next_in - bytes_for_zlib(packed_.data));
}

std::size_t GzipReader::read_some(std::span<std::byte> target) {
  z_stream& stream = *stream_;
  stream.next_out = bytes_for_zlib(target.data());
  stream.avail_out = part(target.size());
  const unsigned wanted = stream.avail_out;
  while (stream.avail_out == wanted) {
    stream.avail_in = part(packed_.size - offset());
    // A gzip file may consist of several, one behind the other.
    if (stream.avail_in == 0) return 0;
    const int code = ::inflate(&stream, Z_NO_FLUSH);
    packed_.check(code == Z_OK || code == Z_STREAM_END, offset(), "damaged gzip data: {}",
                  stream.msg ? stream.msg : "no reason known");
    if (code == Z_STREAM_END) ::inflateReset(&stream);
  }
  return wanted - stream.avail_out;
}

void GzipReader::read(std::span<std::byte> target) {
  const std::size_t filled = read_up_to(target);
  packed_.check(filled == target.size(), packed_.size, "the gzip data end {} bytes early",
                target.size() - filled);
}

std::size_t GzipReader::read_up_to(std::span<std::byte> target) {
  std::size_t filled = 0;
  while (filled < target.size()) {
    const std::size_t count = read_some(target.subspan(filled));
    if (count == 0) break;
    filled += count;
  }
  return filled;
}

bool GzipReader::at_end() {
  std::byte beyond{};
  const bool nothing_left = read_some({&beyond, 1}) == 0;
  packed_.check(!nothing_left || stream_->total_in == 0, packed_.size,
                "the gzip data are cut short");
  return nothing_left;
}

void write_gzip(AtomicFile& file, std::span<const std::span<const std::byte>> pieces) {
  z_stream stream{};
  const int code = ::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, 8,
                                  Z_DEFAULT_STRATEGY);
  if (code != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, decltype(&::deflateEnd)> end(&stream, &::deflateEnd);
  for (std::span<const std::byte> piece : pieces) {
    while (!piece.empty()) {
      stream.next_in = bytes_for_zlib(piece.data());
      stream.avail_in = part(piece.size());
      piece = piece.subspan(stream.avail_in);
      deflate_into(file, stream, Z_NO_FLUSH);
    }
  }
  deflate_into(file, stream, Z_FINISH);
}

}  // namespace tapegrad::io
