// A matrix that a function reads for two products, forward and in the reverse pass, is read once.
#include <algorithm>
#include <vector>

#include "support/captured.hpp"
#include "support/catch.hpp"
#include "support/cut.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/loss.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {
namespace {

using Tensors = std::vector<Tensor>;
using Loss = Tensor (*)(const Tensor& z, const Tensor& y);

Tensor squares(const Tensor& z, const Tensor& y) { return nn::mse_loss(z, y); }
Tensor logistic(const Tensor& z, const Tensor& y) {
  return nn::binary_cross_entropy_with_logits(z, y);
}

/// x, weight, bias, y.
Tensors problem(std::int64_t rows, std::int64_t columns, DType dtype = float32) {
  return {randn({rows, columns}, dtype), randn({1, columns}, dtype), randn({1}, dtype),
          rand({rows, 1}, dtype)};
}

/// The loss, and its gradients.
auto learning(Loss loss_of) {
  return [=](const Tensors& in) {
    const Tensor w = in[1].detach().requires_grad_();
    const Tensor b = in[2].detach().requires_grad_();
    const Tensor loss = loss_of(nn::linear(in[0], w, b), in[3]);
    const Tensors g = grad({loss}, {w, b});
    return Tensors{loss, g[0], g[1]};
  };
}

std::size_t fused_steps(const test::ManyToMany& f, const Tensors& like) {
  const Program program = capture(f, std::vector<Feed>(like.begin(), like.end()));
  INFO(program.text());
  program.run(like);
  return program.stats().fused_steps;
}

void check_read_once(const test::ManyToMany& f, const Tensors& a, const Tensors& b) {
  CHECK(fused_steps(f, a) == 1);
  for (const int threads : {1, 2, 3}) {
    INFO(threads << " threads");
    const test::Cut cut(threads, 5000);
    test::check_captured(f, {a, b});
  }
}

/// It gives what f does, step by step.
void check_read_twice(const test::ManyToMany& f) {
  CHECK(fused_steps(f, problem(3000, 100)) == 0);
  test::check_captured(f, {problem(3000, 100), problem(3000, 100)});
}

TEST_CASE("a matrix is read once for a product and its gradient, to the bit", "[program]") {
  manual_seed(1);
  // Blocks of rows are 8,192 elements, parts 65,536; sizes around these, and rows of 8 lanes and a
  // rest.
  for (const std::int64_t columns : {8, 9, 16, 30, 64, 100, 1000}) {
    const std::int64_t block = std::max<std::int64_t>(8192 / columns / 8, 1) * 8;
    const std::int64_t part = (1 << 16) / columns / block * block;
    for (const std::int64_t rows :
         {block + 1, 3 * block, part - 1, part, part + 1, part + 5, 2 * part, 3 * part - 1}) {
      INFO(rows << " x " << columns);
      check_read_once(learning(squares), problem(rows, columns), problem(rows, columns));
    }
  }
  check_read_once(learning(logistic), problem(3000, 100), problem(3000, 100));
  check_read_once(learning(logistic), problem(3000, 100, float64), problem(3000, 100, float64));
  // Beyond the caches.
  check_read_once(learning(squares), problem(70'000, 65), problem(70'000, 65));
}

TEST_CASE("small matrices and other products stay as they are", "[program]") {
  manual_seed(1);
  CHECK(fused_steps(learning(squares), problem(100, 30)) == 0);
  CHECK(fused_steps(learning(squares), problem(256, 32)) == 0);
  CHECK(fused_steps(learning(squares), problem(10'000, 7)) == 0);
  CHECK(fused_steps(learning(squares), problem(40, 5000)) == 0);
  const auto two_columns = [](const Tensors& in) {
    const Tensor w = in[1].detach().requires_grad_();
    const Tensor loss = nn::linear(in[0], w).square().mean();
    return Tensors{grad({loss}, {w})};
  };
  const Tensors in{randn({3000, 100}), randn({2, 100})};
  CHECK(fused_steps(two_columns, in) == 0);
  test::check_captured(two_columns, {in});
}

TEST_CASE("the steps between two products may be several", "[program]") {
  manual_seed(1);
  const auto chain = [](const Tensors& in) {
    const Tensor w = in[1].detach().requires_grad_();
    const Tensor z = nn::linear(in[0], w);
    const Tensor r = exp(z * 0.1) * in[3] - tanh(z);
    return Tensors{z, r, grad({z}, {w}, {.grad_outputs = {r}})[0]};
  };
  check_read_once(chain, problem(3000, 100), problem(3000, 100));
}

TEST_CASE("matmul() with a column reads its matrix once, too", "[program]") {
  manual_seed(1);
  const auto f = [](const Tensors& in) {
    const Tensor w = in[1].t().detach().requires_grad_();
    const Tensor b = in[2].detach().requires_grad_();
    const Tensor loss = square(matmul(in[0], w) + b - in[3]).mean();
    const Tensors g = grad({loss}, {w, b});
    return Tensors{loss, g[0], g[1]};
  };
  check_read_once(f, problem(3000, 100), problem(3000, 100));
  check_read_once(f, problem(3001, 64, float64), problem(3001, 64, float64));
  CHECK(fused_steps(f, problem(40, 100)) == 0);
  // Of a matrix that lies by columns the gradient reads the rows.
  const auto turned = [](const Tensors& in) {
    const Tensor w = in[1].t().detach().requires_grad_();
    const Tensor z = matmul(in[0].t(), w);
    return Tensors{grad({z}, {w}, {.grad_outputs = {tanh(z)}})[0]};
  };
  const Tensors in{randn({100, 3000}), randn({1, 100})};
  CHECK(fused_steps(turned, in) == 0);
  test::check_captured(turned, {in});
}

TEST_CASE("columns and numbers of one memory are told apart", "[program]") {
  manual_seed(1);
  const std::int64_t rows = 3000;
  const Tensor both = randn({2 * rows, 1});
  const Tensor numbers = randn({2});
  const auto f = [&](const Tensors& in) {
    const Tensor w = in[1].detach().requires_grad_();
    const Tensor z = nn::linear(in[0], w);
    const Tensor r = (z - both.slice(0, 0, rows)) * numbers[0] +
                     (z * both.slice(0, rows, 2 * rows)) * numbers[1];
    return Tensors{grad({z}, {w}, {.grad_outputs = {r.detach()}})[0]};
  };
  check_read_once(f, problem(rows, 100), problem(rows, 100));
}

TEST_CASE("what is made of all rows comes between two products that read the matrix twice",
          "[program]") {
  manual_seed(1);
  const auto centered = [](const Tensors& in) {
    const Tensor w = in[1].detach().requires_grad_();
    const Tensor z = nn::linear(in[0], w);
    const Tensor r = z - z.mean();
    return Tensors{grad({z}, {w}, {.grad_outputs = {r.detach()}})[0]};
  };
  check_read_twice(centered);
  const auto shifted = [](const Tensors& in) {
    const Tensor w = in[1].detach().requires_grad_();
    const Tensor z = nn::linear(in[0], w);
    return Tensors{grad({z}, {w}, {.grad_outputs = {z.detach().flip(0)}})[0]};
  };
  check_read_twice(shifted);
}

TEST_CASE("a matrix that is changed between two products is read twice", "[program]") {
  manual_seed(1);
  const auto changed = [](const Tensors& in) {
    Tensor x = in[0] * 1;
    const Tensor z = nn::linear(x, in[1]);
    x.mul_(2);
    const Tensor w = in[1].detach().requires_grad_();
    const Tensor again = nn::linear(x, w);
    return Tensors{z, grad({again}, {w}, {.grad_outputs = {z.detach() * 2}})[0]};
  };
  test::check_captured(changed, {problem(3000, 100), problem(3000, 100)});
  const auto changed_gradient = [](const Tensors& in) {
    const Tensor w = in[1].detach().requires_grad_();
    const Tensor z = nn::linear(in[0], w);
    Tensor r = z.detach() * 2;
    r.select(0, 1).zero_();
    return Tensors{grad({z}, {w}, {.grad_outputs = {r}})[0]};
  };
  check_read_twice(changed_gradient);
}

TEST_CASE("numbers of rows that are changed between two products are read anew", "[program]") {
  manual_seed(1);
  const auto changed = [](const Tensors& in) {
    const Tensor w = in[1].detach().requires_grad_();
    const Tensor z = nn::linear(in[0], w);
    z.detach().mul_(2);
    return Tensors{grad({z}, {w}, {.grad_outputs = {tanh(z.detach())}})[0]};
  };
  check_read_twice(changed);
}

TEST_CASE("what is changed in place between two products isn't taken for made", "[program]") {
  manual_seed(1);
  const auto changed = [](const Tensors& in) {
    const Tensor w = in[1].detach().requires_grad_();
    Tensor r = exp(in[3]);
    const Tensor z = nn::linear(in[0], w);
    r.mul_(z.detach());
    return Tensors{grad({z}, {w}, {.grad_outputs = {r}})[0]};
  };
  check_read_twice(changed);
}

TEST_CASE("a gradient from elsewhere meets a matrix that is read twice", "[program]") {
  manual_seed(1);
  const auto given = [](const Tensors& in) {
    const Tensor w = in[1].detach().requires_grad_();
    const Tensor z = nn::linear(in[0], w);
    return Tensors{z, grad({z}, {w}, {.grad_outputs = {in[3]}})[0]};
  };
  check_read_twice(given);
}

TEST_CASE("a weight that an optimizer changes between two products is read in between",
          "[program]") {
  manual_seed(1);
  Tensor w = ones({1, 100}).requires_grad_();
  optim::SGD sgd({w}, {.lr = 0.5});
  const auto f = [&](const Tensors& in) {
    const NoGrad guard;
    w.fill_(1);
    w.set_grad(ones({1, 100}));
    const Tensor z = nn::linear(in[0], w);
    sgd.step();
    const EnableGrad recorded;
    const Tensor again = in[1].detach().requires_grad_();
    return Tensors{z,
                   grad({nn::linear(in[0], again)}, {again}, {.grad_outputs = {z * w[0][0]}})[0]};
  };
  test::check_captured(f, {problem(3000, 100), problem(3000, 100)});
}

TEST_CASE("rows and weights may lie apart", "[program]") {
  manual_seed(1);
  const Tensor wide = randn({3000, 130});
  const Tensor w = randn({1, 200}).slice(1, 0, 200, 2).requires_grad_();
  const auto f = [&](const Tensors& in) {
    const Tensor z = nn::linear(wide.slice(1, 10, 110), w);
    return Tensors{grad({nn::mse_loss(z, in[0])}, {w})};
  };
  check_read_once(f, {rand({3000, 1})}, {rand({3000, 1})});
}

TEST_CASE("a step of training reads its matrix once", "[program]") {
  manual_seed(1);
  const Tensors in = problem(5000, 64);
  const auto trained = [&](bool is_captured) {
    Tensor w = ones({1, 64}).requires_grad_();
    Tensor b = ones({1}).requires_grad_();
    optim::SGD sgd({w, b}, {.lr = 0.5, .momentum = 0.5});
    const auto step = [&](const Tensor& x, const Tensor& y) {
      const Tensor loss = logistic(nn::linear(x, w, b), y);
      sgd.zero_grad();
      loss.backward();
      sgd.step();
      return loss;
    };
    const Program program = capture(step, {in[0], in[3]});
    for (int i = 0; i < 5; ++i) is_captured ? program(in[0], in[3]) : step(in[0], in[3]);
    if (is_captured) CHECK(program.stats().fused_steps == 1);
    return w.detach().to_vector<float>();
  };
  CHECK(trained(true) == trained(false));
}

}  // namespace
}  // namespace tapegrad
