#include "io/npy_header.hpp"

#include <charconv>

namespace tapegrad::io {
namespace {

/// Behind the character of the byte order.
constexpr TypeNames npy_types{"b1", "u1", "i1", "i2", "i4", "i8", "f2",
                              "",   "f4", "f8", "u2", "u4", "u8"};

/// Reads the part of Python's grammar that such a dictionary needs.
class Literal {
 public:
  Literal(const Input& input, std::size_t offset, std::size_t length)
      : input_(input), text_(input.text(0, offset + length)), at_(offset) {}

  bool at(char c) {
    skip_blanks();
    return at_ < text_.size() && text_[at_] == c;
  }
  bool take(char c) {
    if (!at(c)) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    input_.check(take(c), at_, "the header of the array lacks a {}", shown({&c, 1}));
  }
  std::string_view string();
  /// A list of records' fields, from its bracket on, as it stands there.
  std::string_view list();
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

std::string_view Literal::list() {
  skip_blanks();
  const std::size_t begin = at_;
  int depth = 0;
  do {
    input_.check(at_ < text_.size(), begin, "a list that is never closed");
    const char c = text_[at_];
    if (c == '\'' || c == '"') {
      string();
      continue;
    }
    depth += c == '[' ? 1 : c == ']' ? -1 : 0;
    ++at_;
  } while (depth > 0);
  return text_.substr(begin, at_ - begin);
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

void read_type(NpyHeader& header, Literal& literal) {
  header.type_offset = literal.offset();
  if (literal.at('[')) {
    header.type_text = literal.list();
    return;
  }
  header.type_text = literal.string();
  const char order = header.type_text.empty() ? '\0' : header.type_text[0];
  const auto type = find_type(npy_types, std::string_view(header.type_text).substr(order != 0));
  const bool ordered = order == '<' || order == '>';
  if (type && (ordered || (order == '|' && size_of(*type) == 1))) header.type = type;
  header.byte_order = order == '>' ? ByteOrder::big : ByteOrder::little;
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
      read_type(header, literal);
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
  header.shape = shape_from(input, offset, *sizes, header.type ? loaded_as(*header.type) : boolean);
  return header;
}

std::string print_npy_dictionary(DType dtype, const Shape& shape) {
  std::string sizes = "(";
  for (const std::int64_t size : shape) sizes += fmt::format("{}, ", size);
  if (shape.size() > 1) sizes.pop_back();
  if (!shape.empty()) sizes.pop_back();
  return fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': {}), }}",
                     size_of(dtype) == 1 ? '|' : '<',
                     npy_types[static_cast<std::size_t>(stored_as(dtype))], sizes);
}

}  // namespace tapegrad::io
