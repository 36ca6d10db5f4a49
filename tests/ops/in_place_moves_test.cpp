// In-place forms of functions that move elements: they write what the function gives, are recorded,
// and refuse in their own names.
#include <functional>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

using namespace tapegrad;
using test::error_of;
using test::Tensors;

namespace {

const Tensor rows = tensor({2, 0});
const Tensor places = tensor({{1, 0, 2, 1}, {0, 2, 2, 2}});
const Tensor part = test::spread({2, 4}, -1, 1, 5);
const Tensor mask = tensor({true, false, true, true});

/// What is done to a tensor of shape [3, 4], and the function that gives the same.
struct Move {
  std::string name;
  std::function<Tensor&(Tensor&)> write;
  std::function<Tensor(const Tensor&)> function;
};

const std::vector<Move> moves{
    {"cumsum_", [](Tensor& x) -> Tensor& { return x.cumsum_(1); },
     [](const Tensor& x) { return cumsum(x, 1); }},
    {"cumprod_", [](Tensor& x) -> Tensor& { return x.cumprod_(0); },
     [](const Tensor& x) { return cumprod(x, 0); }},
    {"index_add_", [](Tensor& x) -> Tensor& { return x.index_add_(0, rows, part); },
     [](const Tensor& x) { return index_add(x, 0, rows, part); }},
    {"index_copy_", [](Tensor& x) -> Tensor& { return x.index_copy_(0, rows, part); },
     [](const Tensor& x) { return index_copy(x, 0, rows, part); }},
    {"index_fill_", [](Tensor& x) -> Tensor& { return x.index_fill_(0, rows, 2.5); },
     [](const Tensor& x) { return index_fill(x, 0, rows, 2.5); }},
    {"index_put_", [](Tensor& x) -> Tensor& { return x.index_put_({rows}, part, true); },
     [](const Tensor& x) { return index_put(x, {rows}, part, true); }},
    {"scatter_", [](Tensor& x) -> Tensor& { return x.scatter_(0, places, part); },
     [](const Tensor& x) { return scatter(x, 0, places, part); }},
    {"scatter_", [](Tensor& x) -> Tensor& { return x.scatter_(0, places, 3, "multiply"); },
     [](const Tensor& x) { return scatter(x, 0, places, 3, "multiply"); }},
    {"scatter_add_", [](Tensor& x) -> Tensor& { return x.scatter_add_(0, places, part); },
     [](const Tensor& x) { return scatter_add(x, 0, places, part); }},
    {"scatter_reduce_",
     [](Tensor& x) -> Tensor& { return x.scatter_reduce_(0, places, part, "amax", false); },
     [](const Tensor& x) { return scatter_reduce(x, 0, places, part, "amax", false); }},
    {"masked_scatter_",
     [](Tensor& x) -> Tensor& { return x.masked_scatter_(mask, test::spread({9}, -1, 1)); },
     [](const Tensor& x) { return masked_scatter(x, mask, test::spread({9}, -1, 1)); }},
    {"tril_", [](Tensor& x) -> Tensor& { return x.tril_(1); },
     [](const Tensor& x) { return tril(x, 1); }},
    {"triu_", [](Tensor& x) -> Tensor& { return x.triu_(-1); },
     [](const Tensor& x) { return triu(x, -1); }},
    {"fill_diagonal_", [](Tensor& x) -> Tensor& { return x.fill_diagonal_(7); },
     [](const Tensor& x) { return where(eye(3, 4) == 1, 7, x); }},
};

}  // namespace

TEST_CASE("a move in place writes and records what the function gives", "[ops][in-place]") {
  for (const Move& move : moves) {
    INFO(move.name);
    const Tensor x = test::spread({3, 4}, -2, 2).requires_grad_();
    const Tensor weights = test::spread({3, 4}, -1, 1, 7);
    Tensor y = x * 1;
    const Tensor expected = move.function(x * 1);
    CHECK(move.write(y).is_same(y));
    CHECK(test::difference(y, expected, 0, 0) == "");
    const auto gradient = [&](const Tensor& of) {
      return grad({sum(square(of) * weights)}, {x})[0];
    };
    CHECK(test::difference(gradient(y), gradient(expected), 0, 0) == "");
    Tensor columns = x.detach().t().contiguous().t();
    CHECK(test::difference(move.write(columns), expected, 0, 0) == "");
  }
}

TEST_CASE("a move in place refuses before it writes", "[ops][in-place]") {
  for (const Move& move : moves) {
    INFO(move.name);
    Tensor leaf = test::spread({3, 4}, -2, 2).requires_grad_();
    CHECK(error_of([&] { move.write(leaf); }).starts_with(move.name + ": a leaf of shape [3, 4]"));
    CHECK(error_of([&] {
            Tensor none;
            move.write(none);
          }).starts_with(move.name + ": "));
    CHECK(equal(leaf.detach(), test::spread({3, 4}, -2, 2)));
  }
}

// numpy.fill_diagonal and torch.Tensor.fill_diagonal_ leave a row out before they begin again.
TEST_CASE("a filled diagonal wraps around, and reaches through cubes", "[ops][in-place]") {
  using Ints = std::vector<std::int64_t>;
  Tensor tall = zeros({7, 2}, int64);
  CHECK(tall.clone().fill_diagonal_(1).to_vector<std::int64_t>() ==
        Ints{1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(tall.fill_diagonal_(1, true).to_vector<std::int64_t>() ==
        Ints{1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0});
  Tensor cube = zeros({2, 2, 2}, int64);
  CHECK(cube.fill_diagonal_(3).to_vector<std::int64_t>() == Ints{3, 0, 0, 0, 0, 0, 0, 3});
  CHECK(zeros({0, 3}).fill_diagonal_(1, true).numel() == 0);
  CHECK(error_of([] {
          zeros({2, 3, 2}).fill_diagonal_(1);
        }) == "fill_diagonal_: shape [2, 3, 2]; it needs a matrix, or more dimensions of one size");
  CHECK(error_of([] { zeros({2}).fill_diagonal_(1); }).starts_with("fill_diagonal_: shape [2];"));
  CHECK(
      error_of([] { tensor({{1}}).fill_diagonal_(1e300); }).starts_with("fill_diagonal_: 1e+300"));
}
