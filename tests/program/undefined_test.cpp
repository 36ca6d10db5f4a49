// Programs refuse undefined feeds in their name.
#include "support/errors.hpp"
#include "support/undefined_rows.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("programs refuse an undefined feed", "[program][undefined]") {
  const Tensor none;
  const Program program = capture([](const Tensor& x) { return x * 2; }, {{1}});
  test::check_undefined({{"program", 1, [&] { program(none); }}});
  CHECK(test::error_of([&] { program.run({none}); }) ==
        std::string("program: argument 1 holds an undefined tensor at 0: ") + test::how_undefined);
}
