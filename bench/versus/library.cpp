#include "row.hpp"

#if LIBRARY_IS(OURS)
#include "tapegrad/threads.hpp"
#elif LIBRARY_IS(TORCH)
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>
#elif LIBRARY_IS(LIMITS)
#include <cblas.h>
#include <omp.h>
#elif LIBRARY_IS(XTENSOR)
#include <xtensor/xtensor_config.hpp>
#endif

namespace versus {

void use_threads(int count) {
  OURS(tapegrad::set_num_threads(count);)
  TORCH(at::set_num_threads(count);)
  LIMIT(omp_set_num_threads(count); openblas_set_num_threads(count);)
  XTENSOR(static_cast<void>(count);)  // it has one, without TBB
}

std::string version() {
  OURS(return "tapegrad";)
  TORCH(return "torch " TORCH_VERSION ", processor capability " + at::get_cpu_capability();)
  LIMIT(return std::string(openblas_get_config()) + " " + openblas_get_corename();)
  XTENSOR(return "xtensor " + std::to_string(XTENSOR_VERSION_MAJOR) + "." +
                     std::to_string(XTENSOR_VERSION_MINOR);)
}

std::string sized(std::string_view what, std::int64_t n) {
  std::string count = std::to_string(n);
  if (n >= 1'000'000)
    count = std::to_string(n / 1'000'000) + "M";
  else if (n >= 1'000)
    count = std::to_string(n / 1'000) + "k";
  return std::string(what).append(", ").append(count);
}

}  // namespace versus
