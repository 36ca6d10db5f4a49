// How what operations with several results give is printed: each under its name.
#include <initializer_list>
#include <ostream>
#include <string_view>
#include <utility>

#include "tapegrad/ops/index/sort.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/reduce/extreme.hpp"

namespace tapegrad {
namespace {

std::ostream& listed(std::ostream& out,
                     std::initializer_list<std::pair<std::string_view, const Tensor*>> results) {
  std::string_view between;
  for (const auto& [name, x] : results) {
    out << between << name << "=" << *x;
    between = "\n";
  }
  return out;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Extremes& results) {
  return listed(out, {{"values", &results.values}, {"indices", &results.indices}});
}
std::ostream& operator<<(std::ostream& out, const Unique& results) {
  return listed(
      out,
      {{"values", &results.values}, {"inverse", &results.inverse}, {"counts", &results.counts}});
}
std::ostream& operator<<(std::ostream& out, const Slogdet& results) {
  return listed(out, {{"sign", &results.sign}, {"logabsdet", &results.logabsdet}});
}
std::ostream& operator<<(std::ostream& out, const Lstsq& results) {
  return listed(out, {{"solution", &results.solution},
                      {"residuals", &results.residuals},
                      {"rank", &results.rank},
                      {"singular_values", &results.singular_values}});
}
std::ostream& operator<<(std::ostream& out, const Qr& results) {
  return listed(out, {{"q", &results.q}, {"r", &results.r}});
}
std::ostream& operator<<(std::ostream& out, const Eigh& results) {
  return listed(out,
                {{"eigenvalues", &results.eigenvalues}, {"eigenvectors", &results.eigenvectors}});
}
std::ostream& operator<<(std::ostream& out, const Svd& results) {
  return listed(out, {{"u", &results.u}, {"s", &results.s}, {"vh", &results.vh}});
}

}  // namespace tapegrad
