// A program's first product, which opens OpenBLAS: `first_product SCENARIO`. A program of its own
// for each scenario, because there is but one first product. The status is 0 where all is right.
#include <dlfcn.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tapegrad/error.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"
#include "tapegrad/threads.hpp"

namespace {

namespace tg = tapegrad;

void require(bool condition, std::string_view what) {
  if (condition) return;
  std::cout << "not so: " << what << '\n';
  std::exit(1);
}

bool is_open() {
  std::ifstream maps("/proc/self/maps");
  const std::string text(std::istreambuf_iterator<char>(maps), {});
  return text.find("openblas") != text.npos;
}

/// Every element of a product of ones is the length of its inner dimension.
bool product_is_right() {
  const tg::Tensor a = tg::ones({512, 512});
  return tg::matmul(a, a).sum().item<float>() == 512 * 512 * 512;
}

int threads_of_openblas() {
  void* library = ::dlopen("libopenblas.so.0", RTLD_LAZY | RTLD_NOLOAD);
  require(library != nullptr, "OpenBLAS is open");
  return reinterpret_cast<int (*)()>(::dlsym(library, "openblas_get_num_threads"))();
}

void opens_late() {
  require(!is_open(), "a program starts without OpenBLAS");
  const tg::Tensor x = tg::ones({4, 4});
  tg::matmul(x, x);
  tg::matmul(tg::ones({300, 300}), tg::ones({300}));
  require(!is_open(), "small products and those with a vector need none");
  require(product_is_right(), "a larger one is right");
  require(is_open(), "and has opened it");
}

void factors_first() {
  require(!is_open(), "a program starts without OpenBLAS");
  require(tg::inv(tg::eye(3))[0].sum().item<float>() == 1, "a small inverse is right");
  require(!is_open(), "and needs none");
  require(tg::inv(tg::eye(30))[0].sum().item<float>() == 1, "an inverse is right");
}

void obeys_earlier_settings() {
  tg::set_num_threads(1);
  require(product_is_right(), "the product is right");
  require(threads_of_openblas() == 1, "OpenBLAS has the one thread that was set before");
  tg::set_num_threads(2);
  require(threads_of_openblas() == 2, "and two when these are set");
}

void opens_once_for_several() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(
        [] { require(product_is_right(), "each thread's first product is right"); });
  }
  for (std::thread& thread : threads) thread.join();
}

template <class F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const tg::Error& error) {
    return error.what();
  }
  return "no error";
}

/// Run where the loader finds a file of that name that is no library.
void says_that_it_is_missing() {
  for (int time = 0; time < 2; ++time) {
    const std::string product = error_of(product_is_right);
    require(product.find("OpenBLAS: cannot be opened: ") != product.npos, product);
    require(product.find("libopenblas0") != product.npos, "the error says what to install");
    const std::string inverse = error_of([] { tg::inv(tg::eye(30)); });
    require(inverse.find("OpenBLAS: cannot be opened: ") != inverse.npos, inverse);
  }
  require(tg::matmul(tg::ones({2, 2}), tg::ones({2, 2})).sum().item<float>() == 8,
          "what needs none goes on");
}

const std::map<std::string_view, void (*)()> scenarios{
    {"opens_late", opens_late},
    {"factors_first", factors_first},
    {"obeys_earlier_settings", obeys_earlier_settings},
    {"opens_once_for_several", opens_once_for_several},
    {"says_that_it_is_missing", says_that_it_is_missing},
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !scenarios.contains(argv[1])) return 2;
  scenarios.at(argv[1])();
}
