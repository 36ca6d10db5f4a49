// What tests/interop/embeddings_test.py has embeddings do: look up with torch's weights, with
// their gradients, and train by rows. Cases have the same names there.
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "tapegrad/autograd.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/nn/embedding.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/optim/adagrad.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/optim/sparse_adam.hpp"
#include "tapegrad/sparse_grad.hpp"
#include "tapegrad/tensor.hpp"

namespace tg = tapegrad;
namespace nn = tg::nn;

namespace {

using Mode = nn::EmbeddingBagMode;

/// A layer, and what it makes of the inputs in a file.
struct Case {
  std::shared_ptr<nn::Layer> layer;
  std::function<tg::Tensor(const tg::StateDict& in)> forward;
};

Case lookup(nn::EmbeddingOptions options) {
  options.dtype = tg::float64;
  const auto layer = std::make_shared<nn::Embedding>(7, 3, options);
  return {layer, [layer](const tg::StateDict& in) { return (*layer)(in["indices"]); }};
}

/// Bags of unequal length.
Case bags(nn::EmbeddingBagOptions options) {
  options.dtype = tg::float64;
  const auto layer = std::make_shared<nn::EmbeddingBag>(7, 3, options);
  return {layer, [layer](const tg::StateDict& in) {
            const tg::Tensor* factors = in.find("factors");
            return (*layer)(in["indices"].flatten(), in["offsets"],
                            factors ? *factors : tg::Tensor());
          }};
}

/// Bags of equal length.
Case rows(nn::EmbeddingBagOptions options) {
  options.dtype = tg::float64;
  const auto layer = std::make_shared<nn::EmbeddingBag>(7, 3, options);
  return {layer, [layer](const tg::StateDict& in) { return (*layer)(in["indices"]); }};
}

const std::map<std::string, std::function<Case()>> cases = {
    {"lookup", [] { return lookup({}); }},
    {"lookup, padding", [] { return lookup({.padding_idx = -2}); }},
    {"lookup, max_norm", [] { return lookup({.max_norm = 0.8, .norm_type = 1.5}); }},
    {"lookup, frequency", [] { return lookup({.padding_idx = 1, .scale_grad_by_freq = true}); }},
    {"lookup, sparse", [] { return lookup({.sparse = true}); }},
    {"lookup, sparse padding", [] { return lookup({.padding_idx = 4, .sparse = true}); }},
    {"bags, sum", [] { return bags({.mode = Mode::sum}); }},
    {"bags, mean", [] { return bags({}); }},
    {"bags, max", [] { return bags({.mode = Mode::max}); }},
    {"bags, padded sum", [] { return bags({.mode = Mode::sum, .padding_idx = 4}); }},
    {"bags, padded mean", [] { return bags({.padding_idx = 4}); }},
    {"bags, padded max", [] { return bags({.mode = Mode::max, .padding_idx = 4}); }},
    {"bags, factors", [] { return bags({.mode = Mode::sum}); }},
    {"bags, sparse factors", [] { return bags({.mode = Mode::sum, .sparse = true}); }},
    {"bags, sparse mean", [] { return bags({.sparse = true, .padding_idx = -3}); }},
    {"bags, last offset", [] { return bags({.mode = Mode::sum, .include_last_offset = true}); }},
    {"bags, frequency", [] { return bags({.scale_grad_by_freq = true, .mode = Mode::sum}); }},
    {"bags, mean by frequency", [] { return bags({.scale_grad_by_freq = true}); }},
    {"bags, max_norm", [] { return bags({.max_norm = 0.5}); }},
    {"rows, mean", [] { return rows({}); }},
    {"rows, sparse sum", [] { return rows({.mode = Mode::sum, .sparse = true}); }},
    {"rows, max", [] { return rows({.mode = Mode::max, .padding_idx = 0}); }},
};

void compute(const std::string& name, const std::string& inputs, const std::string& results) {
  tg::StateDict in = tg::io::load_safetensors(inputs).tensors;
  const Case its = cases.at(name)();
  tg::StateDict state;
  state.insert("weight", in["weight"]);
  if (!its.layer->load_state_dict(state).complete()) throw tg::Error("names differ from torch's");
  tg::Tensor factors;
  if (const tg::Tensor* given = in.find("factors")) factors = *given;
  if (factors.defined()) factors.requires_grad_();
  const tg::Tensor y = its.forward(in);
  (y * in["g"]).sum().backward();
  const tg::Tensor weight = its.layer->parameters()[0];
  tg::StateDict out;
  out.insert("y", y.detach());
  out.insert("weight", weight.detach());
  if (const auto rows = tg::sparse_grad(weight)) {
    out.insert("rows", rows->indices);
    out.insert("values", rows->values);
  }
  out.insert("grad", weight.grad());
  if (factors.defined()) out.insert("factors", factors.grad());
  tg::io::save_safetensors(results, out);
  std::puts(tg::nn::to_string(*its.layer).c_str());
}

std::unique_ptr<tg::optim::Optimizer> rule_of(const std::string& name,
                                              const std::vector<tg::Tensor>& x) {
  using namespace tg::optim;
  if (name == "SGD") return std::make_unique<SGD>(x, SGDOptions{.lr = 0.05});
  if (name == "SGD, momentum") {
    return std::make_unique<SGD>(x, SGDOptions{.lr = 0.02, .momentum = 0.8});
  }
  if (name == "Adagrad") {
    return std::make_unique<Adagrad>(
        x, AdagradOptions{.lr = 0.1, .lr_decay = 0.1, .initial_accumulator_value = 0.2});
  }
  if (name == "SparseAdam") return std::make_unique<SparseAdam>(x, SparseAdamOptions{.lr = 0.1});
  if (name == "SparseAdam, maximize") {
    return std::make_unique<SparseAdam>(
        x, SparseAdamOptions{.lr = 0.03, .betas = {0.7, 0.9}, .eps = 1e-4, .maximize = true});
  }
  throw tg::Error("no rule " + name);
}

/// The weight after each step, whose bags are a row of the indices.
void train(const std::string& name, const std::string& inputs, const std::string& results) {
  tg::StateDict in = tg::io::load_safetensors(inputs).tensors;
  nn::EmbeddingBag bag(7, 3,
                       {.mode = nn::EmbeddingBagMode::sum, .sparse = true, .dtype = tg::float64});
  tg::StateDict state;
  state.insert("weight", in["weight"]);
  if (!bag.load_state_dict(state).complete()) throw tg::Error("names differ from torch's");
  const auto rule = rule_of(name, bag.parameters());
  std::vector<tg::Tensor> path;
  for (const tg::Tensor indices : in["indices"]) {
    rule->zero_grad();
    for (int pass = 0; pass < 2; ++pass) tg::pow(bag(indices), 3).sum().backward();
    rule->step();
    path.push_back(bag.weight.detach().clone());
  }
  tg::io::save_safetensors(results, {{"path", tg::stack(path)}});
}

}  // namespace

int main(int count, char** arguments) try {
  const std::string verb = count > 1 ? arguments[1] : "";
  if (verb == "names") {
    for (const auto& [name, made] : cases) std::puts(name.c_str());
  } else if (verb == "compute" && count == 5) {
    compute(arguments[2], arguments[3], arguments[4]);
  } else if (verb == "train" && count == 5) {
    train(arguments[2], arguments[3], arguments[4]);
  } else {
    std::fprintf(stderr,
                 "usage: %s names | compute CASE INPUTS RESULTS | train RULE INPUTS RESULTS\n",
                 arguments[0]);
    return 2;
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
