// A program with little address space: `little_memory SCENARIO MEGABYTES`. It may map so much more
// than it has when it has started: libraries differ from system to system. Prints what happened;
// the status is 0 where that is right.
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "tapegrad/error.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

namespace {

namespace tg = tapegrad;

void require(bool condition, std::string_view what) {
  if (condition) return;
  std::puts(("not so: " + std::string(what)).c_str());
  std::exit(1);
}

/// From now on no more than `more` bytes can be mapped besides what is mapped now.
void limit_memory(rlim_t more) {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t bytes = pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + more;
  const rlimit limit{bytes, bytes};
  require(::setrlimit(RLIMIT_AS, &limit) == 0, "there is a limit");
}

/// Whether each element is `value`, to a few units of the last place.
bool is_all(const tg::Tensor& x, double value) {
  for (const double v : x.to_vector<double>()) {
    if (std::abs(v - value) > 1e-5 * std::abs(value)) return false;
  }
  return true;
}

constexpr std::int64_t hundred_megabytes = 25'000'000;  // of float32

/// Every element of a product of ones is the length of its inner dimension.
void check_product(std::int64_t m, std::int64_t k, std::int64_t n) {
  const tg::Tensor a = tg::ones({m, k});
  const tg::Tensor b = tg::ones({k, n});
  const tg::Tensor c = tg::matmul(a, b);
  require(is_all(c, static_cast<double>(k)), "a product is right");
}

void multiply_once() {
  check_product(20, 20, 20);
  check_product(300, 300, 300);
  check_product(300, 300, 1);
  check_product(1, 300, 300);
}

void multiply(rlim_t memory) {
  limit_memory(memory);
  multiply_once();
}

void multiply_in_threads(rlim_t memory) {
  limit_memory(memory);
  const auto multiply_often = [] {
    try {
      for (int round = 0; round < 5; ++round) multiply_once();
    } catch (const tg::MemoryError&) {
    }
  };
  std::vector<std::thread> threads;
  try {
    for (int i = 0; i < 4; ++i) threads.emplace_back(multiply_often);
  } catch (const std::system_error&) {  // no room for a stack: as many as there are
  }
  for (std::thread& thread : threads) thread.join();
}

/// Address space is all taken after the first product.
void multiply_when_full(rlim_t memory) {
  limit_memory(memory);
  check_product(20, 20, 20);
  const tg::Tensor a = tg::ones({300, 300});
  std::vector<tg::Tensor> taken;
  for (std::int64_t size = hundred_megabytes; size > 1000;) {
    try {
      taken.push_back(tg::empty({size}));
    } catch (const tg::MemoryError&) {
      size /= 2;
    }
  }
  try {
    tg::matmul(a, a);
  } catch (const tg::MemoryError&) {
    taken.pop_back();  // the last piece of space
  }
  taken.resize(1);
  const tg::Tensor c = tg::matmul(a, a);
  require(c.to_vector<float>()[12345] == 300, "the product is right after all");
}

void reuse_the_cache(rlim_t memory) {
  limit_memory(memory);
  tg::set_cache_limit(memory);
  {
    std::vector<tg::Tensor> tensors;
    for (int i = 0; i < 9; ++i) tensors.push_back(tg::empty({hundred_megabytes}));
  }
  require(tg::memory_stats().cached >= 9 * 100'000'000u, "the cache keeps what was freed");
  const tg::Tensor x = tg::empty({8 * hundred_megabytes});
  require(x.numel() == 8 * hundred_megabytes, "the cache was given back");
}

void reuse_small_blocks(rlim_t memory) {
  limit_memory(memory);
  // 2000 bytes each, and every second one freed: nothing but pieces that only serve their size.
  std::vector<tg::Tensor> tensors;
  try {
    while (true) tensors.push_back(tg::empty({500}));
  } catch (const tg::MemoryError& error) {
    require(error.bytes_wanted() == 2000, "the error tells the bytes of the last one");
  }
  require(tensors.size() > 1000, "some memory was there");
  tensors.clear();
  const tg::Tensor x = tg::empty({hundred_megabytes / 4});
  require(x.numel() == hundred_megabytes / 4, "there is memory again");
}

/// Steps that fail, one in its operations and one in its reverse pass, then one that doesn't.
void train_after_the_error(rlim_t memory) {
  check_product(20, 20, 20);  // OpenBLAS has its buffers: what lacks below is memory for tensors
  limit_memory(memory);
  tg::Tensor w = tg::ones({1000, 1000}, {.requires_grad = true});
  const auto step = [&](std::int64_t rows) {
    const tg::Tensor x = tg::ones({rows, 1000});
    const tg::Tensor y = tg::matmul(x, w);
    const tg::Tensor loss = (y * y).mean();
    loss.backward();  // two gradients for y, where the way here had one product
  };
  for (const auto& [rows, name] :
       {std::pair(120'000, "matmul:"), std::pair(45'000, "backward of mul:")}) {
    std::string message;
    try {
      step(rows);
    } catch (const tg::MemoryError& error) {
      message = error.what();
    }
    require(message.find(name) != message.npos, "a large batch doesn't fit: " + message);
    require(!w.grad().defined(), "no gradient came");
  }
  step(10);
  // y is 1000; each of 10 rows adds 2 * 1000 / (10 * 1000).
  require(is_all(w.grad(), 2), "the small batch trains");
}

const std::map<std::string, std::function<void(rlim_t)>> scenarios{
    {"multiply", multiply},
    {"multiply_in_threads", multiply_in_threads},
    {"multiply_when_full", multiply_when_full},
    {"reuse_the_cache", reuse_the_cache},
    {"reuse_small_blocks", reuse_small_blocks},
    {"train_after_the_error", train_after_the_error},
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    scenarios.at(argv[1])(std::strtoull(argv[2], nullptr, 10) * 1'000'000);
    std::puts("right");
  } catch (const tg::MemoryError& error) {
    std::puts(error.what());
  }
}
