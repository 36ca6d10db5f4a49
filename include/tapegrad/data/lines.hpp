// The lines of a text file as examples.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tapegrad/data/dataset.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace data {

class LineFile;

/// Lines, ended by LF or CRLF, which is no part of them; a UTF-8 byte order mark is none either.
/// They stay in the file, of which each is read when it is asked for: when it is opened, it is only
/// looked through for where they begin (8 bytes of memory for each).
///   x of example i is what `encode` makes of line i, such as tokens; its bytes, uint8 [length],
/// where there is no such function. Lines differ in length: DataLoaderOptions::padding.
class TextLines : public Dataset {
 public:
  using Encode = std::function<Tensor(std::string_view)>;

  /// Throws IoError for what can't be opened or is no regular file.
  explicit TextLines(const std::string& path, Encode encode = {});

  std::int64_t size() const override;
  /// Throws IndexError for one that isn't there, IoError where the file has become shorter.
  std::string text(std::int64_t line) const;

 protected:
  Example example(std::int64_t index, Generator& random) const override;

 private:
  std::shared_ptr<const LineFile> lines_;
  Encode encode_;
};

}  // namespace data
}  // namespace tapegrad
