// A tensor of rank 0 counts as one of rank 1 where an operation takes a dimension. What is taken
// and what is refused, and the results, are those of PyTorch 2.13.
#include <cmath>
#include <functional>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

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

TEST_CASE("indices and sources of rank 0 count as one of rank 1", "[rank_zero]") {
  const Tensor z = full({}, 2.5);
  const Tensor v = tensor({1.0, 2.0, 3.0});
  const Tensor m = tensor({{0.0, 1.0, 2.0}, {3.0, 4.0, 5.0}});
  const Tensor one = tensor({7.0});
  const struct {
    const char* name;
    Tensor result;
    Shape shape;
    std::vector<double> values;
  } rows[] = {
      {"select, all of rank 0", index_select(z, 0, place), {}, {2.5}},
      {"select", index_select(v, 0, tensor(1)), {1}, {2}},
      {"select of a matrix", index_select(m, 1, tensor(2)), {2, 1}, {2, 5}},
      {"add, all of rank 0", index_add(z, 0, place, z), {}, {5}},
      {"add", index_add(v, -1, tensor(1), one), {3}, {1, 9, 3}},
      {"add to a matrix", index_add(m, 0, place, m.slice(0, 1)), {2, 3}, {3, 5, 7, 3, 4, 5}},
      {"gather three of rank 0", gather(z, 0, tensor({0, 0, 0})), {3}, {2.5, 2.5, 2.5}},
      {"gather none of rank 0", gather(z, -1, tensor({}, {.dtype = int64})), {0}, {}},
      {"gather", gather(v, 0, tensor(2)), {}, {3}},
      {"scatter, source of rank 1", scatter_add(z, 0, place, v), {}, {3.5}},
      {"scatter, index of rank 1", scatter_add(z, 0, tensor({0, 0}), v), {}, {5.5}},
      {"scatter, source of rank 0", scatter_add(v, 0, single, z), {3}, {3.5, 2, 3}},
      {"scatter", scatter_add(v, 0, tensor(2), z), {3}, {1, 2, 5.5}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(row.result.shape() == row.shape);
    CHECK(row.result.to_vector<double>() == row.values);
  }
}

TEST_CASE("what doesn't fit a tensor of rank 0 is refused by its own shape", "[rank_zero]") {
  const Tensor z = full({}, 2.5);
  const Tensor v = tensor({1.0, 2.0, 3.0});
  const Tensor m = ones({2, 3});
  using test::contains;
  using test::error_of;
  CHECK(contains(error_of<ShapeError>([&] { index_select(z, 0, tensor({0, 0})); }), "[2]"));
  CHECK(contains(error_of<ShapeError>([&] { index_select(v, 0, tensor({{0}})); }), "[1, 1]"));
  CHECK(contains(error_of<ShapeError>([&] { index_add(z, 0, place, v.slice(0, 0, 1)); }), "[1]"));
  CHECK(contains(error_of<ShapeError>([&] { index_add(v, 0, place, z); }), "source of shape [1]"));
  CHECK(contains(error_of<ShapeError>([&] { gather(m, 0, place); }), "index of shape [] "));
  CHECK(contains(error_of<ShapeError>([&] { scatter_add(m, 0, place, z); }), "index of shape [] "));
  CHECK_THROWS_AS(scatter_add(z, 0, tensor({0, 0}), z), ShapeError);
  CHECK_THROWS_AS(gather(z, 0, tensor(1)), IndexError);
}

TEST_CASE("an error about a dimension says which rank the tensor has", "[rank_zero]") {
  const auto message = [](auto&& call) { return test::error_of<IndexError>(call); };
  CHECK(message([] { sum(full({}, 1.0), 1); }) ==
        "sum: dim 1 is out of range for rank 0; use -1 to 0");
  CHECK(message([] { gather(full({}, 1.0), 1, place); }) ==
        "gather: dim 1 is out of range for rank 0; use -1 to 0");
  CHECK(message([] { full({}, 1.0).transpose(0, 1); }) ==
        "transpose: dim 1 is out of range for rank 0; use -1 to 0");
  CHECK(message([] { full({}, 1.0).select(0, 0); }) ==
        "select: dim 0 of a tensor of rank 0, which has no dimension");
  CHECK(message([] {
          ones({2, 3}).unsqueeze(3);
        }) == "unsqueeze: dim 3 is out of range for rank 2; use -3 to 2");
  CHECK(message([] { stack({ones({2})}, 2); }) ==
        "stack: dim 2 is out of range for rank 1; use -2 to 1");
  CHECK(message([] {
          sum(ones({2, 3}), 2);
        }) == "sum: dim 2 is out of range for rank 2; use -2 to 1");
}

TEST_CASE("gradients flow through indices and sources of rank 0", "[rank_zero]") {
  const std::vector<Tensor> x{tensor({1.0, 2.0, 3.0}, {.dtype = float64}).requires_grad_(),
                              full({}, 2.5, {.dtype = float64}).requires_grad_()};
  const std::vector<TensorFunction> calls{
      [](const std::vector<Tensor>& in) { return index_select(in[0], 0, tensor(1)); },
      [](const std::vector<Tensor>& in) { return gather(in[0], 0, tensor(1)) * in[1]; },
      [](const std::vector<Tensor>& in) {
        return gather(in[1], 0, tensor({0, 0}));
      },
      [](const std::vector<Tensor>& in) { return scatter_add(in[0], 0, tensor(2), in[1]); },
      [](const std::vector<Tensor>& in) {
        return scatter_add(in[1], 0, tensor({0, 0}), in[0]);
      },
  };
  for (const TensorFunction& f : calls) CHECK(gradcheck(f, x));
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
