// An error begins with the name of what the user called, not with that of what it is made from.
#include <functional>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"

using namespace tapegrad;
using test::error_of;

namespace {

struct Row {
  std::string name;
  std::function<void()> call;
};

void check_names(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const std::string message = error_of(row.call);
    CAPTURE(message);
    CHECK(message.substr(0, message.find(':')) == row.name);
  }
}

/// What can't be changed in place while it is recorded.
Tensor leaf() { return ones({2, 3}).requires_grad_(); }

/// Whose elements share memory.
Tensor stretched() { return ones({1, 3}).expand({2, 3}); }

/// A view that doesn't know what its base has been through.
Tensor stale() {
  Tensor h = leaf() * 1.0;
  Tensor view;
  {
    const NoGrad off;
    view = h[0];
  }
  h *= 2;
  return view;
}

}  // namespace

TEST_CASE("a refused change in place calls itself what it is", "[errors]") {
  const Tensor x = ones({2, 3});
  check_names({
      {"fill_", [] { leaf().fill_(1); }},
      {"fill_", [] { stretched().fill_(1); }},
      {"fill_", [] { stale().fill_(1); }},
      {"zero_", [] { leaf().zero_(); }},
      {"zero_", [] { stretched().zero_(); }},
      {"copy_", [&] { leaf().copy_(x); }},
      {"copy_", [&] { ones({2}).copy_(x); }},
      {"uniform_", [] { uniform_(leaf()); }},
      {"normal_", [] { normal_(stretched()); }},
      {"add_", [&] { leaf() += x; }},
      {"add_", [] { leaf() += 1; }},
      {"add_", [&] { stale() += x[0]; }},
      {"sub_", [] { tensor({true}).sub_(tensor({true})); }},
      {"sub_", [] { tensor({1}) -= 0.5; }},
      {"mul_", [&] { ones({3}) *= x; }},
      {"div_", [] { tensor({1}) /= 2; }},
  });
}

TEST_CASE("a refused comparison calls itself what it is", "[errors]") {
  const Tensor a = ones({2, 3});
  const Tensor b = ones({4});
  check_names({
      {"eq", [&] { a == b; }},
      {"ne", [&] { a != b; }},
      {"lt", [&] { a < b; }},
      {"le", [&] { a <= b; }},
      {"gt", [&] { a > b; }},
      {"ge", [&] { a >= b; }},
      {"where", [&] { where(a == 1, a, b); }},
  });
}

TEST_CASE("what is made from another operation is refused in its own name", "[errors]") {
  const Tensor x = ones({2, 3});
  const TensorOptions whole{.dtype = int32};
  check_names({
      {"split", [&] { split(x, 1, 5); }},
      {"chunk", [&] { chunk(x, 2, 5); }},
      {"flatten", [&] { x.flatten(0, 5); }},
      {"index",
       [&] {
         x[{0, 7}];
       }},
      {"index",
       [&] {
         x[{0, 0, 0}];
       }},
      {"rand_like", [&] { rand_like(x, whole); }},
      {"randn_like", [&] { randn_like(x, whole); }},
      {"randint_like", [&] { randint_like(x, 5, 5); }},
      {"eye", [] { eye(-1); }},
      {"max", [&] { max(x, 5); }},
      {"argmin", [&] { argmin(x, 5); }},
      {"any", [&] { any(x, 5); }},
      {"all", [&] { all(x, 5); }},
      {"count_nonzero", [&] { count_nonzero(x, 5); }},
      {"std", [&] { tapegrad::std(x, 5); }},
      {"var",
       [] {
         var(tensor({1, 2}));
       }},
      {"logsumexp",
       [&] {
         logsumexp(x, {0, 0});
       }},
      {"neg", [] { neg(tensor({true})); }},
      {"sub", [] { tensor({true}) - true; }},
      {"pow", [] { pow(tensor({1}), -2); }},
  });
}
