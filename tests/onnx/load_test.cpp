// Models of files: what they are asked, and what is refused. ONNX's own tests of its operators run
// in tests/interop/onnx_test.py.
#include <cstdint>
#include <string>
#include <vector>

#include "onnx/files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/conv.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/pool.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/nn/shape.hpp"
#include "tapegrad/onnx.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"

using namespace tapegrad;
using onnx::proto::Integers;
using onnx::proto::Model;
using test::contains;
using test::error_of;
using test::Folder;
using test::loaded;
using test::model_of;
using test::write_file;

namespace {

std::string refusal_of(const Model& model) {
  return error_of([&] { loaded(model); });
}

std::string refusal_of_run(const Model& model, const std::vector<Tensor>& feeds) {
  return error_of([&] { loaded(model).run(feeds); });
}

/// A model that gives x in two rows, however long it is: a half of the size that Shape says.
Model halves() {
  Model model = model_of({{"Shape", "", {"x"}, {"all"}},
                          {"Div", "", {"all", "two"}, {"half"}},
                          {"Concat", "", {"two", "half"}, {"sizes"}, {{"axis", std::int64_t{0}}}},
                          {"Reshape", "", {"x", "sizes"}, {"rows"}},
                          {"Mul", "", {"rows", "w"}, {"y"}}});
  model.initializers = {{"two", Tensor::from_vector(Integers{2})}, {"w", full({}, 1.5F)}};
  model.outputs[0].shape = {};
  return model;
}

}  // namespace

TEST_CASE("sizes are computed at once, so that a model can be captured", "[onnx]") {
  const onnx::Model model = loaded(halves());
  const Program program = capture([&](const Tensor& x) { return model(x); }, {{6}});
  for (const std::int64_t n : {6, 8}) {
    const Tensor x = randn({n});
    CHECK(program(x).shape() == Shape{2, n / 2});
    CHECK(all(program(x) == x.reshape({2, n / 2}) * 1.5).item<bool>());
  }
}

TEST_CASE("what an operator reads of the file is read in a capture, too", "[onnx]") {
  const Folder folder;
  const auto check = [&](const Program::Function& f, const Shape& shape) {
    onnx::save_function(folder / "model.onnx", f, {shape});
    const onnx::Model model = onnx::load(folder / "model.onnx");
    const auto run = [&](const std::vector<Tensor>& feeds) { return model.run(feeds); };
    const Program program = capture(run, {shape});
    const std::vector<Tensor> x{randn(shape)};
    const std::vector<Tensor> eager = run(x), wanted = f(x), captured = program.run(x);
    REQUIRE(captured.size() == wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      CHECK(equal(captured[i], eager[i]));
      CHECK(allclose(eager[i], wanted[i]));
    }
  };
  using Xs = std::vector<Tensor>;
  check([](const Xs& x) { return Xs{x[0].view({4, 6})}; }, {2, 3, 4});
  check([](const Xs& x) { return Xs{x[0].slice(1, 1, 3), x[0].slice(2, 0, 4, 2)}; }, {2, 3, 4});
  check([](const Xs& x) { return Xs{sort(x[0], 1).values, topk(x[0], 2, 2).values}; }, {2, 3, 4});
  check([](const Xs& x) { return Xs{cumsum(x[0], 1), pad(x[0], {1, 2, 0, 1}, 0.5)}; }, {2, 3, 4});
  check([](const Xs& x) { return split(x[0], Integers{1, 3}, 2); }, {2, 3, 4});
  check([](const Xs& x) { return Xs{x[0].expand({5, 3, 4}), tile(x[0], {2, 1, 3})}; }, {1, 3, 4});
  check([](const Xs& x) { return Xs{sum(x[0], {0, 2}), x[0].unsqueeze(1).squeeze(1)}; }, {2, 3, 4});
  const nn::Sequential net(nn::Conv2d(1, 4, 3), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(),
                           nn::Linear(36, 3));
  check([&](const Xs& x) { return Xs{net.forward(x[0])}; }, {2, 1, 8, 8});
}

TEST_CASE("what is fed is not read in a capture", "[onnx]") {
  Model model = model_of({{"Reshape", "r", {"x", "sizes"}, {"y"}}});
  model.inputs.push_back({"sizes", int64, std::vector<onnx::proto::Size>{{1, ""}}});
  const onnx::Model reshape = loaded(model);
  const Tensor sizes = Tensor::from_vector(Integers{-1});
  CHECK(reshape.run({ones({2, 2}).reshape({4}), sizes})[0].shape() == Shape{4});
  CHECK(contains(error_of([&] {
                   capture([&](const Tensor& x) { return reshape.run({x, sizes})[0]; }, {{4}});
                 }),
                 "was there before the captured function"));
}

TEST_CASE("a model of a file can be trained", "[onnx]") {
  const onnx::Model model = loaded(halves());
  Tensor w = model.state_dict()["w"];
  w.requires_grad_();
  optim::SGD sgd({w}, {.lr = 0.1});
  const Tensor x = ones({4});
  sum(model(x)).backward();
  CHECK(w.grad().item<float>() == 4);
  sgd.step();
  CHECK(model(x)[0][0].item<float>() == 1.5F - 0.4F);
}

TEST_CASE("feeds must be as the model says", "[onnx]") {
  Model model = model_of({{"Relu", "", {"x"}, {"y"}}});
  model.inputs[0].shape = std::vector<onnx::proto::Size>{{-1, "n"}, {3}};
  CHECK(contains(refusal_of_run(model, {}), "0 feeds for 1 inputs"));
  CHECK(contains(refusal_of_run(model, {ones({2, 3}, {.dtype = float64})}), "x is float64"));
  CHECK(contains(refusal_of_run(model, {ones({2, 4})}), "[2, 4]; the model takes [-1, 3]"));
  CHECK(contains(refusal_of_run(model, {ones({3})}), "[3]; the model takes [-1, 3]"));
}

TEST_CASE("sizes of one name are one size", "[onnx]") {
  Model model = model_of({{"Add", "", {"x", "z"}, {"y"}}});
  model.inputs.push_back({"z", float32, model.inputs[0].shape});
  CHECK(loaded(model).run({ones({3}), ones({3})})[0].shape() == Shape{3});
  CHECK(contains(refusal_of_run(model, {ones({3}), ones({1})}), "size \"n\", which is 3"));
}

TEST_CASE("what can't be run is refused when the file is read", "[onnx]") {
  CHECK(contains(refusal_of(model_of({{"NonMaxSuppression", "boxes", {"x"}, {"y"}}})),
                 "operator NonMaxSuppression (node \"boxes\") isn't supported"));
  CHECK(contains(refusal_of(model_of({{"Relu", "", {"x"}, {"y"}, {}, "com.example"}})),
                 "operator com.example.Relu"));
  CHECK(contains(refusal_of(model_of({{"Relu", "first", {"z"}, {"y"}}})),
                 "node \"first\" reads \"z\", which nothing before it gives"));
  CHECK(contains(refusal_of(model_of({{"Relu", "", {"x"}, {"z"}}})), "nothing gives output \"y\""));
  Model old = model_of({{"Relu", "", {"x"}, {"y"}}});
  old.opset = 3;
  CHECK(contains(refusal_of(old), "of opset 3"));
  Model twice = model_of({{"Relu", "", {"x"}, {"y"}}});
  twice.initializers = {{"w", ones({1})}, {"w", ones({1})}};
  CHECK(contains(refusal_of(twice), "two tensors \"w\""));
}

TEST_CASE("an attribute that nobody reads is refused: it would mean something", "[onnx]") {
  const Model model = model_of({{"Relu", "r", {"x"}, {"y"}, {{"slope", 0.5}}}});
  CHECK(contains(refusal_of_run(model, {ones({2})}), "Relu \"r\": attribute slope"));
  const Model kind = model_of({{"Elu", "e", {"x"}, {"y"}, {{"alpha", std::int64_t{1}}}}});
  CHECK(contains(refusal_of_run(kind, {ones({2})}), "attribute alpha is of another kind"));
}

TEST_CASE("errors of operations say which node they come of", "[onnx]") {
  const Model model = model_of({{"MatMul", "product", {"x", "w"}, {"y"}}});
  Model with = model;
  with.initializers = {{"w", ones({3, 2})}};
  CHECK(contains(refusal_of_run(with, {ones({4})}), "in MatMul \"product\" of the model"));
  CHECK(contains(refusal_of_run(model_of({{"MatMul", "m", {"x"}, {"y"}}}), {ones({4})}),
                 "MatMul \"m\": input 1 is missing"));
}

TEST_CASE("a file that is cut anywhere is refused", "[onnx]") {
  const Folder folder;
  const std::string path = folder / "model.onnx";
  const std::string whole = onnx::proto::encoded(halves());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    write_file(path, whole.substr(0, size));
    CHECK(error_of([&] { onnx::load(path); }) != "no error");
  }
  write_file(path, "no model at all");
  CHECK(contains(error_of<IoError>([&] { onnx::load(path); }), path));
  CHECK(contains(error_of<IoError>([&] { onnx::load(folder / "none.onnx"); }), "none.onnx"));
}

TEST_CASE("numbers of all types come back as they were", "[onnx]") {
  for (const DType dtype :
       {float32, float64, float16, bfloat16, int8, int16, int32, int64, uint8}) {
    const Tensor x = arange(6, {.dtype = float32}).reshape({2, 3}).to(dtype);
    Model model = model_of({{"Relu", "", {"x"}, {"y"}}});
    model.initializers = {{"w", x}, {"t", x.transpose(0, 1)}};
    const StateDict state = loaded(model).state_dict();
    CHECK(state["w"].dtype() == dtype);
    CHECK(all(state["w"].to(float32) == x.to(float32)).item<bool>());
    CHECK(all(state["t"].to(float32) == x.to(float32).transpose(0, 1)).item<bool>());
  }
  Model masks = model_of({{"Relu", "", {"x"}, {"y"}}});
  masks.initializers = {{"m", arange(4) > 1}};
  CHECK(loaded(masks).state_dict()["m"].to_vector<bool>() ==
        std::vector<bool>{false, false, true, true});
}
