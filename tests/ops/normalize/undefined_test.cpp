// Norms refuse an undefined tensor in their own names: see tests/ops/undefined_test.cpp.
#include "support/undefined_rows.hpp"
#include "tapegrad/ops/normalize.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("norms say that their argument is undefined", "[undefined]") {
  const Tensor none;
  test::check_undefined({
      {"layer_norm", 1, [&] { nn::layer_norm(none, {1}); }},
      {"rms_norm", 1, [&] { nn::rms_norm(none, {1}); }},
      {"group_norm", 1, [&] { nn::group_norm(none, 1); }},
      {"batch_norm", 1, [&] { nn::batch_norm(none, none, none); }},
      {"instance_norm", 1, [&] { nn::instance_norm(none); }},
      {"local_response_norm", 1, [&] { nn::local_response_norm(none, 1); }},
  });
}
