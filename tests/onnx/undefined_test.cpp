// A model refuses undefined feeds in its name.
#include "onnx/files.hpp"
#include "support/undefined_rows.hpp"

using namespace tapegrad;

TEST_CASE("models of files refuse undefined tensors", "[onnx][undefined]") {
  const onnx::Model model = test::loaded(test::model_of({{"Relu", "", {"x"}, {"y"}}}));
  const test::UndefinedRow row = {"onnx", 1, [&] { model.run({Tensor()}); }};
  CHECK(test::error_of(row.call) ==
        row.name + ": argument 1 holds an undefined tensor at 0: " + test::how_undefined);
}
