// The only file that includes a JSON library. Read as a stream of events, which needs no recursion:
// a header of a million brackets can't overflow the stack.
#include "io/safetensors_header.hpp"

#include <bitset>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

#include "io/elements.hpp"

namespace tapegrad::io {
namespace {

using nlohmann::json;

constexpr TypeNames safetensors_types{"BOOL", "U8",  "I8",  "I16", "I32", "I64", "F16",
                                      "BF16", "F32", "F64", "U16", "U32", "U64"};

constexpr std::string_view metadata_key = "__metadata__";

/// A position in the text that the parser also leaves where the handler of its events sees it.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, const char** seen) : at_(at), seen_(seen) {}
  reference operator*() const { return *at_; }
  Cursor& operator++() {
    *seen_ = ++at_;
    return *this;
  }
  Cursor operator++(int) {
    const Cursor before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Cursor& other) const { return at_ == other.at_; }
  bool operator!=(const Cursor& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** seen_;
};

/// Turns the events of the JSON parser into entries; anything out of place is an error.
class Handler final : public json::json_sax_t {
 public:
  Handler(const Input& input, const char* const& position) : input_(input), position_(position) {}

  SafetensorsHeader header;

  bool null() override { return misplaced("null"); }
  bool boolean(bool) override { return misplaced("true or false"); }
  bool number_integer(json::number_integer_t) override { return misplaced("a negative number"); }
  bool number_float(json::number_float_t, const std::string&) override {
    return misplaced("a number that isn't whole");
  }
  bool binary(json::binary_t&) override { return misplaced("binary data"); }
  bool number_unsigned(json::number_unsigned_t value) override;
  bool string(std::string& value) override;
  bool start_object(std::size_t) override;
  bool key(std::string& name) override;
  bool end_object() override;
  bool start_array(std::size_t) override;
  bool end_array() override;
  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::detail::exception& error) override;

 private:
  enum class Place { before, names, metadata, entry, list, after };
  enum Field { no_field, dtype_field, shape_field, offsets_field };

  std::size_t offset() const {
    return static_cast<std::size_t>(position_ - reinterpret_cast<const char*>(input_.data));
  }
  bool misplaced(std::string_view what) const {
    input_.fail(offset(), "the header has {} where the format has none", what);
  }
  void enter_field(const std::string& name);
  void set_dtype(std::string& name);

  const Input& input_;
  const char* const& position_;
  Place place_ = Place::before;
  Field field_ = no_field;
  std::bitset<4> fields_;
  std::vector<std::uint64_t> list_;
  std::vector<std::uint64_t> sizes_;
  std::unordered_set<std::string> names_;
  std::string metadata_name_;
};

bool Handler::number_unsigned(json::number_unsigned_t value) {
  if (place_ != Place::list) return misplaced("a number");
  const std::size_t most = field_ == offsets_field ? 2 : max_rank;
  input_.check(list_.size() < most, offset(), "more than {} numbers in a list", most);
  list_.push_back(value);
  return true;
}

bool Handler::string(std::string& value) {
  if (place_ == Place::metadata) {
    header.metadata[metadata_name_] = std::move(value);
  } else if (place_ == Place::entry && field_ == dtype_field) {
    set_dtype(value);
  } else {
    return misplaced("text");
  }
  return true;
}

bool Handler::start_object(std::size_t) {
  if (place_ == Place::before) {
    place_ = Place::names;
  } else if (place_ == Place::names && !metadata_name_.empty()) {
    place_ = Place::metadata;
  } else if (place_ == Place::names) {
    place_ = Place::entry;
    fields_.reset();
  } else {
    return misplaced("an object");
  }
  return true;
}

bool Handler::key(std::string& name) {
  input_.check(name.find('\0') == std::string::npos, offset(), "a name with a NUL, {}",
               shown(name));
  if (place_ == Place::entry) {
    enter_field(name);
  } else if (place_ == Place::metadata) {
    input_.check(!header.metadata.contains(name), offset(), "metadata {} appears twice",
                 shown(name));
    metadata_name_ = std::move(name);
  } else {
    input_.check(names_.insert(name).second, offset(), "{} appears twice", shown(name));
    metadata_name_ = name == metadata_key ? name : "";
    if (metadata_name_.empty()) header.entries.push_back({.name = std::move(name)});
  }
  return true;
}

void Handler::enter_field(const std::string& name) {
  field_ = name == "dtype"          ? dtype_field
           : name == "shape"        ? shape_field
           : name == "data_offsets" ? offsets_field
                                    : no_field;
  const std::string& tensor = header.entries.back().name;
  input_.check(field_ != no_field, offset(), "tensor {} has an unknown key {}", shown(tensor),
               shown(name));
  input_.check(!fields_.test(field_), offset(), "tensor {} has two keys {}", shown(tensor),
               shown(name));
  fields_.set(field_);
}

void Handler::set_dtype(std::string& name) {
  SafetensorsEntry& entry = header.entries.back();
  entry.type = find_type(safetensors_types, name);
  entry.type_text = std::move(name);
  entry.type_offset = offset();
}

bool Handler::end_object() {
  if (place_ == Place::names) {
    place_ = Place::after;
    return true;
  }
  if (place_ == Place::entry) {
    SafetensorsEntry& entry = header.entries.back();
    input_.check(fields_.count() == 3, offset(), "tensor {} lacks dtype, shape or data_offsets",
                 shown(entry.name));
    entry.shape = shape_from(input_, offset(), sizes_,
                             entry.type ? loaded_as(*entry.type) : tapegrad::boolean);
  }
  metadata_name_.clear();
  place_ = Place::names;
  return true;
}

bool Handler::start_array(std::size_t) {
  if (place_ != Place::entry || field_ == dtype_field) return misplaced("a list");
  place_ = Place::list;
  list_.clear();
  return true;
}

bool Handler::end_array() {
  place_ = Place::entry;
  if (field_ == shape_field) {
    sizes_ = list_;
    return true;
  }
  SafetensorsEntry& entry = header.entries.back();
  input_.check(list_.size() == 2, offset(), "data_offsets of tensor {} must be two numbers",
               shown(entry.name));
  input_.check(list_[0] <= list_[1], offset(), "data_offsets of tensor {} go back from {} to {}",
               shown(entry.name), list_[0], list_[1]);
  entry.begin = list_[0];
  entry.end = list_[1];
  return true;
}

bool Handler::parse_error(std::size_t, const std::string& last_token,
                          const nlohmann::detail::exception& error) {
  const bool encoding = std::string_view(error.what()).find("UTF-8") != std::string_view::npos;
  input_.fail(offset(), "the header is not {} at {}", encoding ? "UTF-8" : "JSON",
              shown(last_token));
}

/// Makes JSON of text; `operation` and `target` are what errors name.
struct Quoted {
  std::string_view operation;
  std::string_view target;

  std::string operator()(std::string_view text) const {
    try {
      return json(text).dump();
    } catch (const json::type_error&) {
      fail<IoError>("{}: a name or metadata isn't UTF-8: {}: {}", operation, shown(text), target);
    }
  }
};

}  // namespace

SafetensorsHeader parse_safetensors_header(const Input& input, std::size_t offset,
                                           std::size_t length) {
  const std::string_view text = input.text(offset, length);
  input.check(text.starts_with('{'), offset, "the header must start with {{");
  // Only blanks may follow the last bracket, while JSON would allow tabs and line ends.
  input.check(text[text.find_last_not_of(' ')] == '}', offset, "the header must end with }}");
  const char* position = text.data();
  Handler handler(input, position);
  json::sax_parse(Cursor(text.data(), &position), Cursor(text.data() + length, &position),
                  &handler);
  return std::move(handler.header);
}

std::string print_safetensors_header(std::string_view operation, const SafetensorsHeader& header,
                                     std::string_view target) {
  const Quoted quoted{operation, target};
  std::string text = "{";
  if (!header.metadata.empty()) {
    text += quoted(metadata_key) + ":{";
    for (const auto& [name, value] : header.metadata) {
      if (text.back() != '{') text += ',';
      text += quoted(name) + ":" + quoted(value);
    }
    text += '}';
  }
  for (const SafetensorsEntry& entry : header.entries) {
    if (text.back() != '{') text += ',';
    std::string sizes = to_string(entry.shape);
    std::erase(sizes, ' ');
    text += fmt::format(R"({}:{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})",
                        quoted(entry.name), entry.type_text, sizes, entry.begin, entry.end);
  }
  text += '}';
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

std::string_view safetensors_name(DType dtype) {
  return safetensors_types[static_cast<std::size_t>(stored_as(dtype))];
}

}  // namespace tapegrad::io
