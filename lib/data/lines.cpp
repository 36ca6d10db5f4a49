#include "tapegrad/data/lines.hpp"

#include "core/check.hpp"
#include "data/line_file.hpp"

namespace tapegrad::data {
namespace {

Tensor bytes_of(std::string_view line) {
  return Tensor::from_vector(std::vector<std::uint8_t>(line.begin(), line.end()));
}

}  // namespace

TextLines::TextLines(const std::string& path, Encode encode)
    : lines_(std::make_shared<const LineFile>("TextLines", path)),
      encode_(encode ? std::move(encode) : bytes_of) {}

std::int64_t TextLines::size() const { return lines_->count(); }

std::string TextLines::text(std::int64_t line) const {
  check<IndexError>(line >= 0 && line < size(), "TextLines: no line {} among {}: {}", line, size(),
                    lines_->file().path());
  std::string text = lines_->text({&line, 1});
  text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

Example TextLines::example(std::int64_t index, Generator&) const { return {encode_(text(index))}; }

}  // namespace tapegrad::data
