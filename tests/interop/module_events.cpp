// What tests/interop/module_events_test.py has the summary writer do: log graphs, the histograms of
// a module, embeddings.
#include <cstdio>
#include <exception>
#include <string>

#include "tapegrad/graph.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/summary/writer.hpp"
#include "tapegrad/tensor.hpp"

namespace tg = tapegrad;
using tg::summary::Writer;

namespace {

/// One step of a linear regression, with a scope for each part of it.
void train_a_step() {
  tg::Tensor x, y, loss;
  tg::Tensor w = tg::zeros({3, 2}, {.dtype = tg::float64, .requires_grad = true}).named("w");
  {
    const tg::NameScope scope("data");
    x = tg::zeros({12}, {.dtype = tg::float64}).reshape({4, 3}).named("x");
  }
  {
    const tg::NameScope scope("model");
    y = tg::matmul(x, w);
  }
  {
    const tg::NameScope scope("loss");
    loss = tg::square(y - 1.0).mean();
  }
  tg::optim::SGD sgd({w}, {.lr = 0.1});
  const tg::NameScope scope("train");
  loss.backward();
  sgd.step();
}

void add_up_every_type() {
  for (const tg::DType dtype :
       {tg::boolean, tg::uint8, tg::int32, tg::int64, tg::float32, tg::float64}) {
    const tg::NameScope scope(tg::name_of(dtype));
    tg::zeros({2, 1, 3}, {.dtype = dtype}).named("x").sum();
  }
}

void log_module_graph(Writer& writer) {
  tg::nn::Sequential model(tg::nn::Linear(3, 4), tg::nn::ReLU(), tg::nn::Linear(4, 1));
  const tg::NameScope scope("model");
  writer.add_graph(model, tg::zeros({5, 3}).named("x"));
}

/// The gradients of the sum of a layer's outputs: each row of the weight gets the sum of the
/// inputs.
void log_module_histograms(Writer& writer, const tg::StateDict& values) {
  tg::nn::Sequential model(tg::nn::Linear(3, 2));
  if (!model.load_state_dict(values).missing.empty()) throw tg::Error("a weight is missing");
  model(values["x"]).sum().backward();
  writer.add_histograms(model, 5);
}

void log_embedding(Writer& writer, const tg::StateDict& values) {
  writer.add_embedding("plain", values["x"]);
  tg::summary::EmbeddingMetadata metadata{.columns = {"name", "größe"}};
  for (std::int64_t i = 0; i < values["x"].size(0); ++i) {
    metadata.rows.push_back({"point " + std::to_string(i), std::to_string(i * i)});
  }
  writer.add_embedding("with labels", values["x"], metadata, 3);
}

}  // namespace

int main(int count, char** arguments) try {
  const std::string what = count > 2 ? arguments[1] : "";
  if (count < 3 || count > 4) {
    std::fprintf(stderr,
                 "usage: %s step|types|module FOLDER | histograms|embedding FOLDER VALUES\n",
                 arguments[0]);
    return 2;
  }
  Writer writer(arguments[2]);
  const tg::StateDict values =
      count == 4 ? tg::io::load_safetensors(arguments[3]).tensors : tg::StateDict();
  if (what == "step") writer.add_graph(tg::trace(train_a_step));
  if (what == "types") writer.add_graph(tg::trace(add_up_every_type));
  if (what == "module") log_module_graph(writer);
  if (what == "histograms") log_module_histograms(writer, values);
  if (what == "embedding") log_embedding(writer, values);
  writer.close();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
