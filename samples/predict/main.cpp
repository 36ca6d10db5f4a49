// Runs a model of an ONNX file on the numbers of another file. Nothing of the program that trained
// it is needed.
#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/program.hpp"
#include "tapegrad/tapegrad.hpp"

namespace tg = tapegrad;

namespace {

struct Settings {
  std::string model;
  std::string input;
  std::string output;
  std::int64_t rows = 5;
};

void declare(samples::Flags& flags, Settings& s) {
  flags.argument("MODEL", s.model, "an ONNX file");
  flags.text(
      "--input", s.input, "FILE",
      "what it is run on: .npy, .csv (all columns are numbers) or IDX (gzipped or not) for a "
      "model of one input, or .npz with an array for each");
  flags.text("--output", s.output, "FILE", "write the results to this .npz file");
  flags.endings("--output", {".npz"});
  flags.integer("--rows", s.rows, {.least = 0}, "how many rows of each result are shown");
}

std::string shown(const tg::Shape& shape) { return tg::to_string(shape); }

void describe(const char* what, const std::vector<tg::onnx::ValueInfo>& values) {
  for (const auto& [name, dtype, shape] : values) {
    fmt::print("{:<8} {:<9} {:<20} {}\n", what, tg::name_of(dtype), shown(shape), name);
  }
}

tg::Tensor numbers_of(const std::string& path) {
  if (path.ends_with(".npy")) return tg::io::load_npy(path, {.convert = true});
  if (path.ends_with(".csv")) return tg::io::load_csv(path).values();
  return tg::io::load_idx(path);
}

/// Of the input's type, and with the dimension of channels that image files don't have.
tg::Tensor fitted(const tg::Tensor& x, const tg::onnx::ValueInfo& input) {
  const tg::Shape& wanted = input.shape;
  const bool lacks_channel =
      wanted.size() == x.shape().size() + 1 && wanted.size() > 2 && wanted[1] == 1;
  return (lacks_channel ? x.unsqueeze(1) : x).to(input.dtype);
}

std::vector<tg::Tensor> feeds_of(const Settings& s, const tg::onnx::Model& model) {
  std::vector<tg::Tensor> feeds;
  if (s.input.ends_with(".npz")) {
    const tg::StateDict arrays = tg::io::load_npz(s.input, {.convert = true});
    for (const auto& input : model.inputs()) feeds.push_back(fitted(arrays[input.name], input));
    return feeds;
  }
  if (model.inputs().size() != 1) {
    throw std::runtime_error(fmt::format(
        "--input: the model has {} inputs; give them in a .npz file", model.inputs().size()));
  }
  return {fitted(numbers_of(s.input), model.inputs()[0])};
}

/// A row for each example, and where it is largest, as classifiers mean it.
void show(const std::string& name, const tg::Tensor& y, std::int64_t rows) {
  fmt::print("{} of shape {}\n", name, shown(y.shape()));
  if (y.dim() == 0) {
    fmt::print("  {:.6g}\n", y.to(tg::float64).item<double>());
    return;
  }
  for (std::int64_t i = 0; i < std::min(rows, y.size(0)); ++i) {
    const tg::Tensor row = y.select(0, i).reshape({-1}).to(tg::float64);
    std::string text = fmt::format("  {}:", i);
    for (std::int64_t k = 0; k < std::min<std::int64_t>(row.numel(), 10); ++k) {
      text += fmt::format(" {:.6g}", row.select(0, k).item<double>());
    }
    if (row.numel() > 10) text += " ...";
    if (row.numel() > 1) text += fmt::format("  largest: {}", argmax(row, 0).item<std::int64_t>());
    fmt::print("{}\n", text);
  }
}

void predict(const Settings& s) {
  const tg::onnx::Model model = tg::onnx::load(s.model);
  describe("input", model.inputs());
  describe("output", model.outputs());
  if (s.input.empty()) return fmt::print("outputs=0\n");
  const tg::NoGrad guard;
  const std::vector<tg::Tensor> results = model.run(feeds_of(s, model));
  tg::StateDict named;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string& name = model.outputs()[i].name;
    show(name, results[i], s.rows);
    named.insert(name, results[i]);
  }
  if (!s.output.empty()) {
    tg::io::save_npz(s.output, named);
    fmt::print("Wrote {}.\n", s.output);
  }
  fmt::print("outputs={}\n", results.size());
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  samples::Flags flags("predict",
                       "Runs an ONNX model, of any program that writes such files, on numbers of a "
                       "file.\nWithout --input it says what the model takes and gives.\n"
                       "The last line printed is: outputs=N");
  declare(flags, settings);
  return samples::run("predict", flags, argc, argv, [&] { predict(settings); });
}
