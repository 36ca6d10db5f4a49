#include "tapegrad/nn/eval_mode.hpp"

#include <vector>

#include "support/catch.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/norm.hpp"
#include "tapegrad/nn/sequential.hpp"

using namespace tapegrad;

namespace {

struct Net : nn::Module {
  nn::Sequential body{nn::Linear(2, 2), nn::Dropout(0.5)};
  std::vector<nn::BatchNorm1d> norms = std::vector<nn::BatchNorm1d>(2, nn::BatchNorm1d(2));
  nn::Dropout last{0.5};
  void visit(nn::Visitor& v) override {
    v("body", body);
    v("norms", norms);
    v("last", last);
  }
  std::vector<bool> modes() const {
    return {is_training(), body.is_training(), norms[0].is_training(), norms[1].is_training(),
            last.is_training()};
  }
};

}  // namespace

TEST_CASE("evaluation mode ends with its scope, and each part has its own mode again",
          "[nn][eval_mode]") {
  Net net;
  net.norms[1].eval();
  net.last.eval();
  const std::vector<bool> before = net.modes();
  REQUIRE(before == std::vector<bool>{true, true, true, false, false});
  {
    const nn::EvalMode guard(net);
    CHECK(net.modes() == std::vector<bool>(5, false));
  }
  CHECK(net.modes() == before);
  net.eval();
  net.body.train();
  { const nn::EvalMode guard(net); }
  CHECK(net.modes() == std::vector<bool>{false, true, false, false, false});
}
