#include "io/npy_header.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace tapegrad::io {
namespace {

constexpr std::array<std::pair<DType, std::string_view>, 6> dtypes{{{boolean, "b1"},
                                                                    {uint8, "u1"},
                                                                    {int32, "i4"},
                                                                    {int64, "i8"},
                                                                    {float32, "f4"},
                                                                    {float64, "f8"}}};

/// Reads the part of Python's grammar that such a dictionary needs.
class Literal {
 public:
  Literal(const Input& input, std::size_t offset, std::size_t length)
      : input_(input), text_(input.text(0, offset + length)), at_(offset) {}

  bool take(char c) {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    input_.check(take(c), at_, "the header of the array lacks a {}", shown({&c, 1}));
  }
  std::string_view string();
  bool truth();
  std::vector<std::uint64_t> sizes();
  void expect_end() {
    skip_blanks();
    input_.check(at_ == text_.size(), at_, "text after the header of the array");
  }
  std::size_t offset() const { return at_; }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  std::uint64_t number();

  const Input& input_;
  std::string_view text_;
  std::size_t at_;
};

std::string_view Literal::string() {
  const bool single = take('\'');
  if (!single) expect('"');
  const std::size_t begin = at_;
  const std::size_t end = text_.find(single ? '\'' : '"', begin);
  input_.check(end != std::string_view::npos, begin, "text that is never closed");
  at_ = end + 1;
  return text_.substr(begin, end - begin);
}

bool Literal::truth() {
  skip_blanks();
  const std::string_view rest = text_.substr(at_);
  const bool value = rest.starts_with("True");
  input_.check(value || rest.starts_with("False"), at_, "fortran_order is neither True nor False");
  at_ += value ? 4 : 5;
  return value;
}

std::uint64_t Literal::number() {
  skip_blanks();
  std::uint64_t value = 0;
  const char* begin = text_.data() + at_;
  const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
  input_.check(error == std::errc{}, at_, "a size that isn't a whole number below 2^64");
  at_ += static_cast<std::size_t>(end - begin);
  take('L');  // as numpy under Python 2 wrote them
  return value;
}

std::vector<std::uint64_t> Literal::sizes() {
  expect('(');
  std::vector<std::uint64_t> result;
  while (!take(')')) {
    input_.check(result.size() < max_rank, at_, "more than {} dimensions", max_rank);
    result.push_back(number());
    if (take(')')) {
      input_.check(result.size() > 1, at_, "the shape must be a tuple");
      break;
    }
    expect(',');
  }
  return result;
}

void set_dtype(NpyHeader& header, const Input& input, std::size_t offset, std::string_view text) {
  for (const auto& [dtype, name] : dtypes) {
    if (text.empty() || text.substr(1) != name) continue;
    if (text[0] == '|' ? size_of(dtype) == 1 : text[0] == '<' || text[0] == '>') {
      header.dtype = dtype;
      header.byte_order = text[0] == '>' ? ByteOrder::big : ByteOrder::little;
      return;
    }
  }
  input.fail(offset,
             "dtype {} cannot be had here; convert the array with astype() to bool, uint8, int32, "
             "int64, float32 or float64",
             shown(text));
}

}  // namespace

NpyHeader parse_npy_dictionary(const Input& input, std::size_t offset, std::size_t length) {
  Literal literal(input, offset, length);
  NpyHeader header;
  std::optional<std::vector<std::uint64_t>> sizes;
  bool has_dtype = false;
  bool has_order = false;
  literal.expect('{');
  while (!literal.take('}')) {
    const std::size_t begin = literal.offset();
    const std::string_view key = literal.string();
    literal.expect(':');
    if (key == "descr" && !has_dtype) {
      has_dtype = true;
      input.check(!literal.take('['), begin,
                  "an array of records cannot be had here; save its fields one by one");
      set_dtype(header, input, begin, literal.string());
    } else if (key == "fortran_order" && !has_order) {
      has_order = true;
      header.fortran_order = literal.truth();
    } else {
      input.check(key == "shape" && !sizes, begin, "an unknown or repeated key {}", shown(key));
      sizes = literal.sizes();
    }
    if (!literal.take(',')) {
      literal.expect('}');
      break;
    }
  }
  literal.expect_end();
  input.check(has_dtype && has_order && sizes, offset,
              "the header of the array lacks descr, fortran_order or shape");
  header.shape = shape_from(input, offset, *sizes, header.dtype);
  return header;
}

std::string print_npy_dictionary(DType dtype, const Shape& shape) {
  std::string sizes = "(";
  for (const std::int64_t size : shape) sizes += fmt::format("{}, ", size);
  if (shape.size() > 1) sizes.pop_back();
  if (!shape.empty()) sizes.pop_back();
  return fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': {}), }}",
                     size_of(dtype) == 1 ? '|' : '<',
                     dtypes[static_cast<std::size_t>(dtype)].second, sizes);
}

}  // namespace tapegrad::io
