#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace tg = tapegrad;

namespace {

/// What is in the head of a column: the first letters of a language.
std::string shortened(const std::string& language) {
  std::string text;
  for (const std::string& one : tg::data::characters(language, {tg::data::InvalidUtf8::replaced})) {
    if (text.size() < 3) text += one;
  }
  return text;
}

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"") == std::string::npos) return field;
  std::string text = "\"";
  for (const char c : field) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + '"';
}

}  // namespace

void print_confusion(const std::vector<std::string>& languages, const tg::Tensor& counts) {
  std::size_t width = 0;
  for (const std::string& language : languages) width = std::max(width, language.size());
  fmt::print("{:{}}", "", width);
  for (const std::string& language : languages) fmt::print(" {:>4}", shortened(language));
  fmt::print("\n");
  for (std::size_t is = 0; is < languages.size(); ++is) {
    fmt::print("{:{}}", languages[is], width);
    const tg::Tensor row = counts.select(0, static_cast<std::int64_t>(is));
    for (const auto count : row.to_vector<std::int64_t>()) {
      fmt::print(" {:>4}", count == 0 ? "." : fmt::format("{}", count));
    }
    fmt::print("\n");
  }
}

void print_predictions(const NameNetwork& network, const tg::data::Vocabulary& alphabet,
                       const std::vector<std::string>& languages,
                       const std::vector<std::string>& names) {
  const tg::NoGrad guard;
  for (const std::string& name : names) {
    const tg::Tensor x = encoded(alphabet, "--predict", name);
    const std::int64_t seen = std::min(x.size(0), network.longest());
    const tg::Tensor likely =
        softmax(network.forward(x.narrow(0, 0, seen).unsqueeze(0)).to(tg::float64), 1);
    const auto most = std::min<std::int64_t>(3, std::ssize(languages));
    const auto [sure, which] = topk(likely.select(0, 0), most, 0);
    fmt::print("{}:", name);
    for (std::int64_t i = 0; i < most; ++i) {
      fmt::print("{} {} {:.3f}", i == 0 ? "" : ",",
                 languages[static_cast<std::size_t>(which.select(0, i).item<std::int64_t>())],
                 sure.select(0, i).item<double>());
    }
    fmt::print("\n");
  }
}

void write_test(const std::string& path, const Names& names, const tg::data::Indices& test,
                const tg::Tensor& logits) {
  const auto [sure, said] = max(softmax(logits, 1), 1);
  const auto probabilities = sure.to_vector<float>();
  const auto classes = said.to_vector<std::int64_t>();
  std::ofstream file(path);
  file << "name,language,said,probability\n";
  for (std::size_t row = 0; row < test.size(); ++row) {
    const auto i = test[row];
    const auto label = names.labels.select(0, i).item<std::int64_t>();
    file << fmt::format("{},{},{},{:.6f}\n", quoted(names.texts[static_cast<std::size_t>(i)]),
                        quoted(names.languages[static_cast<std::size_t>(label)]),
                        quoted(names.languages[static_cast<std::size_t>(classes[row])]),
                        probabilities[row]);
  }
  file.close();
  if (!file) throw std::runtime_error(fmt::format("{}: {}", path, std::strerror(errno)));
}
