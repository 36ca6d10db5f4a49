#include "data/texts.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "io/input.hpp"

namespace tapegrad::data {

std::string some_of(std::span<const std::string> texts) {
  constexpr std::size_t most = 10;
  std::string some;
  for (const std::string& text : texts.first(std::min(most, texts.size()))) {
    some += (some.empty() ? "" : ", ") + io::shown(text);
  }
  return texts.size() > most ? fmt::format("{} and {} more", some, texts.size() - most) : some;
}

void put_texts(StateDict& state, const std::string& name, std::span<const std::string> texts) {
  std::vector<std::uint8_t> bytes;
  std::vector<std::int64_t> lengths;
  for (const std::string& text : texts) {
    bytes.insert(bytes.end(), text.begin(), text.end());
    lengths.push_back(static_cast<std::int64_t>(text.size()));
  }
  state.insert(name + ".bytes", Tensor::from_vector(std::move(bytes)));
  state.insert(name + ".lengths", Tensor::from_vector(std::move(lengths)));
}

const Tensor& entry_of(std::string_view operation, const StateDict& state, std::string_view name) {
  const Tensor* entry = state.find(name);
  check<Error>(entry != nullptr, "{}: no entry {} among the {} of the state", operation,
               io::shown(name), state.size());
  return *entry;
}

std::vector<std::string> texts_of(std::string_view operation, const StateDict& state,
                                  const std::string& name) {
  const Tensor& bytes = entry_of(operation, state, name + ".bytes");
  const Tensor& lengths = entry_of(operation, state, name + ".lengths");
  check<Error>(
      bytes.dim() == 1 && bytes.dtype() == uint8 && lengths.dim() == 1 && lengths.dtype() == int64,
      "{}: {} is {} of shape {} and {} of shape {}; it is a list of uint8 and one of int64",
      operation, io::shown(name), bytes.dtype(), bytes.shape(), lengths.dtype(), lengths.shape());
  const std::vector<std::uint8_t> all = bytes.to_vector<std::uint8_t>();
  std::vector<std::string> texts;
  auto at = all.begin();
  for (const std::int64_t length : lengths.to_vector<std::int64_t>()) {
    check<Error>(length >= 0 && length <= all.end() - at,
                 "{}: text {} of {} has {} bytes of the {} that are left", operation, texts.size(),
                 io::shown(name), length, all.end() - at);
    texts.emplace_back(at, at + length);
    at += length;
  }
  check<Error>(at == all.end(), "{}: {} bytes behind the texts of {}", operation, all.end() - at,
               io::shown(name));
  return texts;
}

std::int64_t number_of(std::string_view operation, const StateDict& state, std::string_view name,
                       std::int64_t end) {
  const Tensor& entry = entry_of(operation, state, name);
  check<Error>(entry.dtype() == int64 && entry.numel() == 1,
               "{}: {} is {} of shape {}; it is one int64", operation, io::shown(name),
               entry.dtype(), entry.shape());
  const auto value = entry.item<std::int64_t>();
  check<Error>(value >= 0 && value < end, "{}: {} is {}; it lies in [0, {})", operation,
               io::shown(name), value, end);
  return value;
}

}  // namespace tapegrad::data
