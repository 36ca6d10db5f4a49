// Prints which library it runs with, with how many threads, and a sum over the bits of what loops
// compute: a line each.
#include <dlfcn.h>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <string>
#include <type_traits>

#include "tapegrad/autograd.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/ops/convolution.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/normalize.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adadelta.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/adamax.hpp"
#include "tapegrad/optim/lion.hpp"
#include "tapegrad/optim/nadam.hpp"
#include "tapegrad/optim/rmsprop.hpp"
#include "tapegrad/optim/rprop.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"
#include "tapegrad/threads.hpp"

namespace {

namespace tg = tapegrad;

/// FNV-1a over the bytes of the elements.
template <class T>
std::uint64_t hash_of(const tg::Tensor& x) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const T value : x.to_vector<T>()) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    auto bits = std::bit_cast<Bits>(value);
    for (std::size_t byte = 0; byte < sizeof(T); ++byte, bits >>= 8) {
      hash = (hash ^ (bits & 0xff)) * 0x100000001b3u;
    }
  }
  return hash;
}

void print(const std::string& name, const tg::Tensor& x) {
  const std::uint64_t hash = x.dtype() == tg::float64 ? hash_of<double>(x) : hash_of<float>(x);
  std::printf("%s %016llx\n", name.c_str(), static_cast<unsigned long long>(hash));
}

/// The result of f, and the gradient of its sum of squares.
template <class F>
void print_both(const std::string& name, const tg::Tensor& x, const F& f) {
  const tg::Tensor in = x.detach().clone().requires_grad_();
  const tg::Tensor out = f(in);
  print(name, out.detach());
  tg::sum(out * out).backward();
  print("  its gradient", in.grad());
}

/// Lengths around the widths of all registers, and of the blocks in which sums are made.
void print_lengths(const tg::Tensor& x) {
  for (const std::int64_t n :
       {1, 3, 7, 8, 15, 17, 31, 33, 63, 65, 127, 4095, 8193, 20000, 65537, 200000}) {
    const tg::Tensor part = x.narrow(0, 0, n);
    print("sum of " + std::to_string(n), tg::sum(part));
    print("exp of " + std::to_string(n), tg::exp(part));
  }
}

void print_functions(const tg::Tensor& x) {
  const tg::Tensor positive = tg::abs(x) + 0.01;
  print_both("exp", x, [](const tg::Tensor& v) { return tg::exp(v); });
  print_both("log", positive, [](const tg::Tensor& v) { return tg::log(v); });
  print_both("log1p", positive, [](const tg::Tensor& v) { return tg::log1p(v); });
  print_both("sqrt", positive, [](const tg::Tensor& v) { return tg::sqrt(v); });
  print_both("tanh", x, [](const tg::Tensor& v) { return tg::tanh(v); });
  print_both("sigmoid", x, [](const tg::Tensor& v) { return tg::sigmoid(v); });
  print_both("softplus", x, [](const tg::Tensor& v) { return tg::softplus(v); });
  print_both("expm1", x, [](const tg::Tensor& v) { return tg::expm1(v); });
  print_both("sin", x, [](const tg::Tensor& v) { return tg::sin(v); });
  print_both("cos", x * 1000, [](const tg::Tensor& v) { return tg::cos(v); });
  print_both("tan", x, [](const tg::Tensor& v) { return tg::tan(v); });
  print_both("atan", x, [](const tg::Tensor& v) { return tg::atan(v); });
  print_both("erf", x, [](const tg::Tensor& v) { return tg::erf(v); });
  print_both("erfc", x, [](const tg::Tensor& v) { return tg::erfc(v); });
  print_both("gelu", x, [](const tg::Tensor& v) { return tg::gelu(v); });
  print_both("atan2", x, [&](const tg::Tensor& v) { return tg::atan2(v, positive); });
  print_both("relu", x, [](const tg::Tensor& v) { return tg::relu(v); });
  print_both("pow", positive, [](const tg::Tensor& v) { return tg::pow(v, 1.7); });
  print_both("x y + x / y", x, [&](const tg::Tensor& v) { return v * positive + v / positive; });
}

void print_reductions(const tg::Tensor& x) {
  const tg::Tensor table = x.view({1000, 200});
  print_both("softmax", table, [](const tg::Tensor& v) { return tg::softmax(v, 1); });
  print_both("log_softmax", table, [](const tg::Tensor& v) { return tg::log_softmax(v, 0); });
  print_both("logsumexp", table, [](const tg::Tensor& v) { return tg::logsumexp(v, 1); });
  print_both("var", table, [](const tg::Tensor& v) { return tg::var(v, 1); });
  print_both("mean", table, [](const tg::Tensor& v) { return tg::mean(v, 0); });
  print_both("amax", table, [](const tg::Tensor& v) { return tg::amax(v, 1); });
  print_both("small product", table.narrow(0, 0, 5).narrow(1, 0, 5),
             [](const tg::Tensor& v) { return tg::matmul(v, v); });
  // Of 300 rows, so that several threads and blocks have a part in it.
  print_both("matmul", table.narrow(0, 0, 300),
             [](const tg::Tensor& v) { return tg::matmul(v, v.t().narrow(1, 0, 100)); });
  const tg::Tensor target = (table > 0).to(table.dtype());
  print_both("binary cross entropy", table, [&](const tg::Tensor& v) {
    return tg::nn::binary_cross_entropy_with_logits(v, target);
  });
}

void print_layers(const tg::Tensor& x) {
  const tg::Tensor images = x.view({4, 10, 50, 100});
  const auto of = [&](const std::string& name, tg::Tensor (*f)(const tg::Tensor&)) {
    print_both(name, images, f);
  };
  of("max_pool", [](const tg::Tensor& v) { return tg::nn::max_pool2d(v, 2); });
  of("max_pool that overlaps",
     [](const tg::Tensor& v) { return tg::nn::max_pool2d(v, 3, {.stride = 2, .padding = 1}); });
  of("avg_pool", [](const tg::Tensor& v) { return tg::nn::avg_pool2d(v, {2, 3}); });
  of("adaptive_avg_pool", [](const tg::Tensor& v) {
    return tg::nn::adaptive_avg_pool2d(v, {7, 9});
  });
  of("layer_norm", [](const tg::Tensor& v) { return tg::nn::layer_norm(v, {50, 100}); });
  of("rms_norm", [](const tg::Tensor& v) { return tg::nn::rms_norm(v, {100}); });
  of("group_norm", [](const tg::Tensor& v) { return tg::nn::group_norm(v, 5); });
  of("batch_norm",
     [](const tg::Tensor& v) { return tg::nn::batch_norm(v, {}, {}, {}, {}, {.training = true}); });
}

template <class Rule>
void print_training(const tg::Tensor& x, const typename Rule::Options& options) {
  const tg::Tensor w = x.detach().clone().requires_grad_();
  Rule rule({w}, options);
  for (int step = 0; step < 5; ++step) {
    rule.zero_grad();
    tg::mean(tg::square(tg::tanh(w) - 0.3)).backward();
    rule.step();
  }
  print("five steps of " + std::string(rule.name()), w.detach());
}

void print_trainings(const tg::Tensor& x) {
  print_training<tg::optim::Adam>(x, {.lr = 0.1});
  print_training<tg::optim::NAdam>(x, {.lr = 0.1});
  print_training<tg::optim::Adamax>(x, {.lr = 0.1});
  print_training<tg::optim::Lion>(x, {.lr = 0.1});
  print_training<tg::optim::Adadelta>(x, {});
  print_training<tg::optim::RMSprop>(x, {.momentum = 0.5, .centered = true});
  print_training<tg::optim::Rprop>(x, {.lr = 0.1});
}

}  // namespace

int main() {
  Dl_info info{};
  ::dladdr(reinterpret_cast<const void*>(&tg::memory_stats), &info);
  std::puts(info.dli_fname);
  std::printf("%d threads\n", tg::num_threads());
  for (const tg::DType dtype : {tg::float32, tg::float64}) {
    tg::manual_seed(3);
    const tg::Tensor x = tg::randn({200000}, {.dtype = dtype}) * 3;
    print(dtype == tg::float32 ? "float32" : "float64", x);
    print_lengths(x);
    print_functions(x);
    print_reductions(x);
    print_layers(x);
    print_trainings(x);
  }
}
