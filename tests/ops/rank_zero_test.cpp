// A tensor of rank 0 counts as one of rank 1 where an operation takes a dimension. What is taken
// and what is refused, and the results, are those of PyTorch 2.13.
#include <cmath>
#include <functional>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/extreme.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/join.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/softmax.hpp"

using namespace tapegrad;

namespace {

struct Call {
  const char* name;
  std::function<Tensor(const Tensor&, std::int64_t)> f;
  Shape shape;
  double value;
};

const Tensor single = tensor({0});
const Tensor place = tensor(0);

std::vector<Call> taken() {
  const double none = std::nan("");
  return {
      {"sum", [](const Tensor& z, std::int64_t d) { return sum(z, d); }, {}, 2.5},
      {"sum, kept", [](const Tensor& z, std::int64_t d) { return sum(z, d, keepdim); }, {}, 2.5},
      {"mean", [](const Tensor& z, std::int64_t d) { return mean(z, d); }, {}, 2.5},
      {"var", [](const Tensor& z, std::int64_t d) { return var(z, d); }, {}, none},
      {"std", [](const Tensor& z, std::int64_t d) { return tapegrad::std(z, d); }, {}, none},
      {"count_nonzero", [](const Tensor& z, std::int64_t d) { return count_nonzero(z, d); }, {}, 1},
      {"any", [](const Tensor& z, std::int64_t d) { return any(z, d); }, {}, 1},
      {"all", [](const Tensor& z, std::int64_t d) { return all(z, d); }, {}, 1},
      {"max", [](const Tensor& z, std::int64_t d) { return max(z, d).values; }, {}, 2.5},
      {"min", [](const Tensor& z, std::int64_t d) { return min(z, d).indices; }, {}, 0},
      {"amax", [](const Tensor& z, std::int64_t d) { return amax(z, d); }, {}, 2.5},
      {"amin", [](const Tensor& z, std::int64_t d) { return amin(z, d); }, {}, 2.5},
      {"argmax", [](const Tensor& z, std::int64_t d) { return argmax(z, d); }, {}, 0},
      {"argmin", [](const Tensor& z, std::int64_t d) { return argmin(z, d); }, {}, 0},
      {"softmax", [](const Tensor& z, std::int64_t d) { return softmax(z, d); }, {}, 1},
      {"log_softmax", [](const Tensor& z, std::int64_t d) { return log_softmax(z, d); }, {}, 0},
      {"logsumexp", [](const Tensor& z, std::int64_t d) { return logsumexp(z, d); }, {}, 2.5},
      {"squeeze", [](const Tensor& z, std::int64_t d) { return z.squeeze(d); }, {}, 2.5},
      {"unsqueeze", [](const Tensor& z, std::int64_t d) { return z.unsqueeze(d); }, {1}, 2.5},
      {"flatten", [](const Tensor& z, std::int64_t d) { return z.flatten(0, d); }, {1}, 2.5},
      {"transpose", [](const Tensor& z, std::int64_t d) { return z.transpose(0, d); }, {}, 2.5},
      {"stack", [](const Tensor& z, std::int64_t d) { return stack({z}, d); }, {1}, 2.5},
      {"index_select",
       [](const Tensor& z, std::int64_t d) { return index_select(z, d, single); },
       {},
       2.5},
      {"index_add",
       [](const Tensor& z, std::int64_t d) { return index_add(z, d, single, z); },
       {},
       5},
      {"gather", [](const Tensor& z, std::int64_t d) { return gather(z, d, place); }, {}, 2.5},
      {"scatter_add",
       [](const Tensor& z, std::int64_t d) { return scatter_add(z, d, place, z); },
       {},
       5},
  };
}

/// Any size of x's dimension d.
std::int64_t size_of(const Tensor& z, std::int64_t d) { return z.size(d); }

}  // namespace

TEST_CASE("a tensor of rank 0 has dimensions 0 and -1 for what works along one", "[rank_zero]") {
  for (const Call& call : taken()) {
    for (const std::int64_t dim : {0, -1}) {
      CAPTURE(call.name, dim);
      const Tensor y = call.f(full({}, 2.5), dim);
      CHECK(y.shape() == call.shape);
      const double value = y.item<double>();
      CHECK((value == call.value || (std::isnan(value) && std::isnan(call.value))));
    }
  }
}

TEST_CASE("a tensor of rank 0 has no other dimension", "[rank_zero]") {
  for (const Call& call : taken()) {
    for (const std::int64_t dim : {1, -2}) {
      CAPTURE(call.name, dim);
      CHECK_THROWS_AS(call.f(full({}, 2.5), dim), IndexError);
    }
  }
}

TEST_CASE("what takes slices of a dimension refuses a tensor of rank 0", "[rank_zero]") {
  const Tensor z = full({}, 2.5);
  for (const std::int64_t dim : {0, -1}) {
    CHECK_THROWS_AS(size_of(z, dim), IndexError);
    CHECK_THROWS_AS(z.select(dim, 0), IndexError);
    CHECK_THROWS_AS(z.slice(dim, 0, 1), IndexError);
    CHECK_THROWS_AS(z.narrow(dim, 0, 1), IndexError);
    CHECK_THROWS_AS(split(z, 1, dim), IndexError);
    CHECK_THROWS_AS(chunk(z, 1, dim), IndexError);
    CHECK_THROWS_AS(cat({z, z}, dim), ShapeError);
    CHECK_THROWS_AS(index_select(z, dim, tensor({0, 0})), ShapeError);
  }
  CHECK_THROWS_AS(z.permute({0}), ShapeError);
  CHECK(z.permute({}).shape().empty());
}

TEST_CASE("gradients flow through what is done along a dimension of rank 0", "[rank_zero]") {
  const std::vector<Tensor> x{full({}, 2.5, {.dtype = float64}).requires_grad_()};
  for (const Call& call : taken()) {
    if (!is_floating(call.f(x[0], 0).dtype()) || std::isnan(call.value)) continue;
    CAPTURE(call.name);
    const auto result =
        gradcheck([&](const std::vector<Tensor>& in) { return call.f(in[0], -1); }, x);
    INFO(result.text());
    CHECK(result);
  }
}
