#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/normalize.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;

namespace {

test::OpRow row(std::string_view name, std::function<Tensor(const Tensors&)> f, const Shape& x,
                const Shape& empty) {
  const Shape channels{x[1]};
  return {.name = name,
          .f = std::move(f),
          .inputs = {{x}, {channels}, {channels}},
          .empty_inputs = {empty, channels, channels},
          .empty_result = empty,
          .float32_tolerance = 6e-6,
          .narrow_roundings = 12};
}

std::vector<test::Refusal> refusals() {
  const Tensor x = ones({2, 3, 4});
  const Tensor none;
  return {
      {"batch_norm: x is [1, 2]; a single element has no variance",
       [] {
         nn::batch_norm(zeros({1, 2}), {}, {}, {}, {}, {.training = true});
       }},
      {"batch_norm: running_mean is undefined, running_var is undefined; it needs both",
       [=] { nn::batch_norm(x, none, none); }},
      {"batch_norm: running_mean is defined, running_var is undefined",
       [=] { nn::batch_norm(x, ones({3}), none, {}, {}, {.training = true}); }},
      {"batch_norm: running_mean is [2], running_var is [3]; both must be [3]",
       [=] { nn::batch_norm(x, ones({2}), ones({3})); }},
      {"batch_norm: weight is [4], x is [2, 3, 4]; it must be [3]",
       [=] { nn::batch_norm(x, ones({3}), ones({3}), ones({4})); }},
      {"batch_norm: x is [3]; it needs 2 dimensions at least",
       [=] { nn::batch_norm(ones({3}), none, none, {}, {}, {.training = true}); }},
      {"group_norm: 2 groups of the 3 channels of [2, 3, 4]; they must divide them",
       [=] { nn::group_norm(x, 2); }},
      {"instance_norm: x is [2, 3, 1]; a single element has no variance",
       [] {
         nn::instance_norm(ones({2, 3, 1}));
       }},
      {"local_response_norm: size is 0; it is at least 1", [=] { nn::local_response_norm(x, 0); }},
      {"local_response_norm: x is [2]; it needs three dimensions at least",
       [] { nn::local_response_norm(ones({2}), 1); }},
  };
}

// An eps of 4, so that no derivative is near 0, where float32 has none by differences.
Tensor batch_norm(const Tensors& x) {
  return nn::batch_norm(x[0], {}, {}, x[1], x[2], {.training = true, .eps = 4});
}

}  // namespace

TEST_CASE("norms of channels have their derivatives", "[ops][table]") {
  std::vector<test::OpRow> rows = {
      row("batch_norm", batch_norm, {3, 2, 2, 2}, {0, 2, 2, 2}),
      row("batch_norm", batch_norm, {4, 3}, {0, 3}),
      row("group_norm", [](const Tensors& x) { return nn::group_norm(x[0], 2, x[1], x[2], 4); },
          {2, 4, 3}, {0, 4, 3}),
      row("group_norm",
          [](const Tensors& x) { return nn::instance_norm(x[0], {}, {}, x[1], x[2], {.eps = 4}); },
          {2, 3, 2, 2}, {0, 3, 2, 2}),
  };
  rows[0].refuses = refusals();
  test::check_rows(rows);
}

TEST_CASE("moments are known to programs, too", "[ops][table]") {
  test::check_rows({{.name = "batch_norm",
                     .f =
                         [](const Tensors& x) {
                           return nn::batch_norm(x[0], {}, {}, {}, x[1], {.training = true});
                         },
                     .inputs = {{{4, 3, 2}}, {{3}}},
                     .empty_inputs = {{0, 3, 2}, {3}},
                     .empty_result = {0, 3, 2},
                     .float32_tolerance = 6e-6,
                     .narrow_roundings = 12}});
}

TEST_CASE("batch_norm normalises each channel, and running moments follow", "[ops][norm]") {
  const Tensor x = test::spread({6, 3, 5}, -3, 7);
  const Tensor mean = tensor({1.0, 2.0, 3.0});
  const Tensor var = tensor({4.0, 5.0, 6.0});
  const Tensor mean64 = mean.to(float64).clone(), var64 = var.to(float64).clone();
  const Tensor y = nn::batch_norm(x, mean64, var64, {}, {}, {.training = true, .momentum = 0.25});
  for (std::int64_t c = 0; c < 3; ++c) {
    const auto xs = x.select(1, c).contiguous().to_vector<double>();
    long double m = 0, v = 0;
    for (const double e : xs) m += e / 30.0L;
    for (const double e : xs) v += (e - m) * (e - m) / 30.0L;
    CHECK(mean64[c].item<double>() ==
          Approx(0.75 * static_cast<double>(c + 1) + 0.25 * static_cast<double>(m)).epsilon(1e-14));
    CHECK(var64[c].item<double>() ==
          Approx(0.75 * static_cast<double>(c + 4) + 0.25 * static_cast<double>(v * 30 / 29))
              .epsilon(1e-14));
    const auto ys = y.select(1, c).contiguous().to_vector<double>();
    for (std::size_t i = 0; i < xs.size(); ++i) {
      CHECK(ys[i] == Approx(static_cast<double>((xs[i] - m) / std::sqrt(v + 1e-5L))).margin(1e-14));
    }
  }
}

TEST_CASE("batch_norm outside of training uses the running moments", "[ops][norm]") {
  const Tensor x = tensor({1.0, 2.0, 3.0, 4.0}, {.dtype = float64}).reshape({2, 2});
  const Tensor mean = tensor({1.0, 0.0}, {.dtype = float64});
  const Tensor var = tensor({4.0, 16.0}, {.dtype = float64});
  const Tensor w = tensor({2.0, 4.0}, {.dtype = float64, .requires_grad = true});
  const Tensor y = nn::batch_norm(x, mean, var, w, {}, {.eps = 0});
  CHECK(y.to_vector<double>() == std::vector<double>{0, 2, 2, 4});
  Tensor(y).sum().backward();
  CHECK(w.grad().to_vector<double>() == std::vector<double>{1, 1.5});
}

TEST_CASE("a response is normalised by those of the channels around", "[ops][norm]") {
  const Tensor x = tensor({1.0, 2.0, 3.0, 4.0}, {.dtype = float64}).reshape({1, 4, 1});
  const Tensor y = nn::local_response_norm(x, 3, 3.0, 1.0, 1.0);
  // 1 + the sum of the squares of up to three neighbours.
  const Tensor expected =
      tensor({1.0 / 6, 2.0 / 15, 3.0 / 30, 4.0 / 26}, {.dtype = float64}).reshape({1, 4, 1});
  CHECK(test::difference(y, expected, 1e-15, 0) == "");
}
