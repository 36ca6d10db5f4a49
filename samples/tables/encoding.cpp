#include "encoding.hpp"

#include <map>
#include <set>
#include <utility>

namespace tg = tapegrad;
using tg::data::LabelEncoder;
using tg::data::UnknownLabel;

namespace {

LabelEncoder encoder_of(const std::vector<std::string>& texts, std::span<const std::int64_t> rows,
                        std::int64_t rare) {
  std::map<std::string, std::int64_t> counts;  // in the order of their bytes
  for (const std::int64_t row : rows) ++counts[texts[static_cast<std::size_t>(row)]];
  std::vector<std::string> kept;
  for (const auto& [text, count] : counts) {
    if (count >= rare) kept.push_back(text);
  }
  return LabelEncoder(std::move(kept), UnknownLabel::own_index);
}

void add(tg::StateDict& state, const std::string& prefix, const LabelEncoder& encoder) {
  for (const auto& [name, tensor] : encoder.state_dict()) state.insert(prefix + name, tensor);
}

LabelEncoder read(const tg::StateDict& state, const std::string& prefix) {
  LabelEncoder encoder;
  encoder.load_state_dict(below(state, prefix));
  return encoder;
}

}  // namespace

tg::StateDict below(const tg::StateDict& state, const std::string& prefix) {
  tg::StateDict part;
  for (const auto& [name, tensor] : state) {
    if (name.starts_with(prefix)) part.insert(name.substr(prefix.size()), tensor);
  }
  return part;
}

Encoding::Encoding(Columns columns, const Table& table, std::span<const std::int64_t> rows,
                   std::int64_t rare)
    : columns_(std::move(columns)) {
  for (const auto& texts : table.categories) encoders_.push_back(encoder_of(texts, rows, rare));
}

std::vector<std::int64_t> Encoding::sizes() const {
  std::vector<std::int64_t> sizes;
  for (const LabelEncoder& encoder : encoders_) sizes.push_back(encoder.size());
  return sizes;
}

tg::Tensor Encoding::encode(const Table& table) const {
  std::vector<tg::Tensor> parts{table.numbers.to(tg::float32)};
  for (std::size_t i = 0; i < encoders_.size(); ++i) {
    parts.push_back(encoders_[i].encode(table.categories[i]).to(tg::float32).unsqueeze(1));
  }
  return cat(parts, 1);
}

std::vector<std::string> Encoding::unknown(const Table& table) const {
  std::set<std::string> cells;
  for (std::size_t i = 0; i < encoders_.size(); ++i) {
    for (const std::string& text : table.categories[i]) {
      if (encoders_[i].index(text) + 1 < encoders_[i].size()) continue;
      cells.insert(columns_.categorical[i] + " " + (text.empty() ? "without a value" : text));
    }
  }
  return {cells.begin(), cells.end()};
}

void Encoding::add_to(tg::StateDict& state) const {
  add(state, "encoding.numeric.", LabelEncoder(columns_.numeric));
  add(state, "encoding.categorical.", LabelEncoder(columns_.categorical));
  for (std::size_t i = 0; i < encoders_.size(); ++i) {
    add(state, "encoding." + std::to_string(i) + ".", encoders_[i]);
  }
}

Encoding::Encoding(const tg::StateDict& state)
    : columns_{read(state, "encoding.numeric.").classes(),
               read(state, "encoding.categorical.").classes()} {
  for (std::size_t i = 0; i < columns_.categorical.size(); ++i) {
    encoders_.push_back(read(state, "encoding." + std::to_string(i) + "."));
  }
}
