// What is written. That other programs read it and give the same numbers is shown in
// tests/interop/onnx_test.py.
#include <algorithm>
#include <string>
#include <vector>

#include "onnx/files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/attention.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/norm.hpp"
#include "tapegrad/nn/recurrent.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/nn/transformer.hpp"
#include "tapegrad/onnx.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/session.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;
using test::Folder;
using test::read_file;
using test::write_file;

namespace {

Tensor twice(const Tensor& x) { return x * 2; }

std::vector<std::string> names_of(const StateDict& state) {
  std::vector<std::string> names;
  for (const auto& entry : state) names.push_back(entry.name);
  return names;
}

}  // namespace

TEST_CASE("a module's tensors are called in the file as in its state", "[onnx]") {
  const Folder folder;
  const std::string path = folder / "model.onnx";
  const nn::Sequential net(nn::Linear(3, 4), nn::Tanh(), nn::Linear(4, 2));
  onnx::save(path, net, {{unknown, 3}});
  const onnx::Model model = onnx::load(path);
  CHECK(names_of(model.state_dict()) ==
        std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias"});
  CHECK(model.inputs()[0].name == "input");
  CHECK(model.inputs()[0].shape == Shape{-1, 3});
  CHECK(model.outputs()[0].name == "output");
  CHECK(model.outputs()[0].shape == Shape{-1, 2});
}

TEST_CASE("what modules compute of parameters alone keeps their names", "[onnx]") {
  const Folder folder;
  const auto check = [&](nn::Module& net, const Tensor& value, const auto& f) {
    INFO(net);
    net.eval();
    const std::string path = folder / "model.onnx";
    onnx::save(path, f, {value}, {.names = net.state_dict()});
    const onnx::Model model = onnx::load(path);
    std::vector<std::string> wanted = names_of(net.state_dict()), names;
    std::erase(wanted, "num_batches_tracked");  // nothing reads it
    for (const std::string& name : names_of(model.state_dict())) {
      if (std::ranges::count(wanted, name) != 0) names.push_back(name);
    }
    std::ranges::sort(wanted);
    std::ranges::sort(names);
    CHECK(names == wanted);
    CHECK(test::difference(model(value), f(value).detach(), 1e-6, 1e-6) == "");
  };
  const auto x = test::spread({3, 2, 8}, -1, 1).to(float32).detach();
  const auto memory = test::spread({4, 2, 8}, -1, 1, 3).to(float32).detach();
  nn::LSTM lstm(8, 5, {.bidirectional = true});
  check(lstm, x, [&](const Tensor& input) { return lstm(input).output; });
  nn::RNN rnn(8, 5);
  check(rnn, x, [&](const Tensor& input) { return rnn(input).output; });
  nn::MultiheadAttention attention(8, 2);
  check(attention, x, [&](const Tensor& q) { return attention(q, memory, memory).output; });
  nn::TransformerDecoderLayer decoder(8, 2, {.dim_feedforward = 6});
  check(decoder, x, [&](const Tensor& tgt) { return decoder(tgt, memory); });
  nn::BatchNorm1d norm(2);
  check(norm, x, [&](const Tensor& input) { return norm(input); });
}

TEST_CASE("a model of a file gives the bits of the module, for any batch", "[onnx]") {
  const Folder folder;
  const std::string path = folder / "model.onnx";
  const nn::Sequential net(nn::Linear(3, 4), nn::Tanh(), nn::Linear(4, 2));
  onnx::save(path, net, {{unknown, 3}});
  const onnx::Model model = onnx::load(path);
  for (const std::int64_t batch : {1, 2, 7}) {
    const Tensor x = randn({batch, 3});
    CHECK(all(model(x) == net.forward(x)).item<bool>());
  }
}

TEST_CASE("what is in the file is what the tensors were when it was written", "[onnx]") {
  const Folder folder;
  const std::string path = folder / "model.onnx";
  Tensor w = ones({2});
  onnx::save(path, [&](const Tensor& x) { return x * w; }, {{2}});
  w.fill_(5);
  CHECK(onnx::load(path)(ones({2})).to_vector<float>() == std::vector<float>{1, 1});
}

TEST_CASE("a tensor that is read twice is stored once", "[onnx]") {
  const Folder folder;
  const std::string path = folder / "model.onnx";
  const Tensor w = rand({2});
  onnx::save(path, [&](const Tensor& x) { return x * w + w; }, {{2}}, {.names = {{"w", w}}});
  CHECK(names_of(onnx::load(path).state_dict()) == std::vector<std::string>{"w"});
}

TEST_CASE("inputs and outputs are called as is said", "[onnx]") {
  const Folder folder;
  const std::string path = folder / "model.onnx";
  const auto f = [](const Tensor& a, const Tensor& b) { return std::vector<Tensor>{a + b, a}; };
  onnx::save(path, f, {{2}, {2}}, {.inputs = {"a", "b"}, .outputs = {"sum", "same"}});
  const onnx::Model model = onnx::load(path);
  CHECK(model.inputs()[1].name == "b");
  CHECK(model.outputs()[0].name == "sum");
  CHECK(model.outputs()[1].name == "same");
  CHECK(contains(error_of([&] { model(ones({2}), ones({2})); }), "2 results; use run()"));
}

TEST_CASE("names that don't fit are refused", "[onnx]") {
  const Folder folder;
  const std::string path = folder / "model.onnx";
  const auto refusal = [&](const onnx::ExportOptions& options) {
    return error_of([&] { onnx::save(path, twice, {{2}}, options); });
  };
  CHECK(contains(refusal({.inputs = {"a", "b"}}), "2 names for 1 feeds"));
  CHECK(contains(refusal({.outputs = {"a", "b"}}), "2 names for 1 results"));
  CHECK(contains(refusal({.inputs = {"a"}, .outputs = {"a"}}), "\"a\"; names must not be"));
  CHECK(contains(refusal({.inputs = {""}}), "\"\"; names must not be empty"));
  CHECK(folder.count() == 0);
}

TEST_CASE("what ONNX doesn't have is refused with its name, and the file stays as it was",
          "[onnx]") {
  const Folder folder;
  const std::string path = folder / "model.onnx";
  write_file(path, "before");
  const auto refusal = [&](const Program::Function& f) {
    return error_of([&] { onnx::save_function(path, f, {{2, 2}}); });
  };
  CHECK(contains(refusal([](const auto& x) { return std::vector{inv(x[0])}; }), "inv"));
  CHECK(contains(refusal([](const auto& x) {
                   const NameScope scope("head");
                   return std::vector{atan2(x[0], x[0])};
                 }),
                 "head/atan2 (atan2)"));
  CHECK(contains(refusal([](const auto&) { return std::vector<Tensor>{}; }), "gives nothing"));
  CHECK(contains(refusal([](const auto&) { return std::vector{Tensor()}; }), "undefined"));
  CHECK(contains(refusal({}), "empty function"));
  CHECK(read_file(path) == "before");
}

TEST_CASE("a module is written as it is in evaluation mode, and stays as it was", "[onnx]") {
  const Folder folder;
  const std::string path = folder / "model.onnx";
  nn::Sequential net(nn::Linear(3, 4), nn::BatchNorm1d(4), nn::Dropout(0.5));
  const StateDict before = net.state_dict().clone();
  onnx::save(path, net, {{unknown, 3}});
  CHECK(net.is_training());
  for (const auto& [name, x] : net.state_dict()) CHECK(all(x == before[name]).item<bool>());
  net.eval();
  const Tensor x = randn({2, 3});
  CHECK(all(abs(onnx::load(path)(x) - net.forward(x)) < 1e-6).item<bool>());
}

TEST_CASE("a function that draws numbers is told of eval()", "[onnx]") {
  const Folder folder;
  const nn::Dropout drop(0.5);
  const auto f = [&](const Tensor& x) { return drop.forward(x); };
  CHECK(contains(error_of([&] {
                   onnx::save(folder / "model.onnx", f, {{unknown, 3}});
                 }),
                 "call eval()"));
}

TEST_CASE("where the file can't be written, the error names it", "[onnx]") {
  const Folder folder;
  const std::string path = folder / "nowhere/model.onnx";
  CHECK(contains(error_of<IoError>([&] { onnx::save(path, twice, {{2}}); }), path));
}
