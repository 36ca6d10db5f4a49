#include "kernels/openblas.hpp"

#include <dlfcn.h>

#include <string>

#include "core/check.hpp"
#include "tapegrad/memory.hpp"

namespace tapegrad::kernels {

constinit OpenBlas openblas{};

namespace {

// As Debian, Fedora, Arch and conda call it; the loader finds it where it finds other libraries.
constexpr const char* library_name = "libopenblas.so.0";

template <class F>
void find(void* library, const std::string& name, F*& function) {
  function = reinterpret_cast<F*>(::dlsym(library, name.c_str()));
}

template <class F>
void find_needed(void* library, const std::string& name, F*& function) {
  find(library, name, function);
  check<Error>(function != nullptr,
               "OpenBLAS: {} has no {}: install one that was built with LAPACK", library_name,
               name);
}

/// `type` is BLAS's letter for T.
template <class T>
void find_all(void* library, const std::string& type, Blas<T>& blas) {
  find_needed(library, "cblas_" + type + "gemm", blas.gemm);
  find_needed(library, type + "trsm_", blas.trsm);
  find_needed(library, type + "getrf_", blas.getrf);
  find_needed(library, type + "getri_", blas.getri);
  find_needed(library, type + "getrs_", blas.getrs);
  find_needed(library, type + "potrf_", blas.potrf);
  find_needed(library, type + "geqrf_", blas.geqrf);
  find_needed(library, type + "orgqr_", blas.orgqr);
  find_needed(library, type + "syevd_", blas.syevd);
  find_needed(library, type + "gesdd_", blas.gesdd);
}

/// The loader's words.
std::string last_problem() {
  const char* reason = ::dlerror();
  return reason ? reason : library_name;
}

/// It found the file, and no addresses or pages for it: it says so in words alone.
bool lacks_memory(const std::string& reason) {
  return reason.find("failed to map") != std::string::npos ||
         reason.find("annot allocate memory") != std::string::npos;
}

}  // namespace

void* open_openblas() {
  if (void* library = ::dlopen(library_name, RTLD_LAZY | RTLD_LOCAL)) return library;
  std::string reason = last_problem();
  if (lacks_memory(reason)) {
    empty_cache();
    if (void* library = ::dlopen(library_name, RTLD_LAZY | RTLD_LOCAL)) return library;
    reason = last_problem();
    if (lacks_memory(reason)) {
      throw MemoryError("tensor", "the loader finds no room for OpenBLAS", std::size_t{1} << 26, 0);
    }
  }
  fail<Error>("OpenBLAS: cannot be opened: {}; install it (Debian's package is libopenblas0)",
              reason);
}

OpenBlas functions_of(void* library) {
  OpenBlas all{};
  find_all(library, "s", all.single);
  find_all(library, "d", all.twice);
  find(library, "cblas_saxpy", all.axpy);
  find(library, "openblas_get_num_threads", all.threads);
  find(library, "openblas_set_num_threads", all.set_threads);
  find(library, "blas_memory_alloc", all.take_buffer);
  find(library, "blas_memory_free", all.give_buffer);
  find(library, "omp_get_max_threads", all.omp_threads);
  find(library, "omp_set_num_threads", all.set_omp_threads);
  return all;
}

}  // namespace tapegrad::kernels
