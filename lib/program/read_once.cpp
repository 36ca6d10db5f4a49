#include "program/read_once.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>

#include "core/dispatch.hpp"
#include "kernels/gemv.hpp"
#include "kernels/ref.hpp"

namespace tapegrad {
namespace {

/// From one weight to the next: they lie in a row or in a column.
std::int64_t weight_step(const Layout& weights) {
  return weights.strides()[weights.shape()[0] == 1 ? 1 : 0];
}

}  // namespace

void ReadOnce::into(Outputs outs, Inputs inputs) const {
  dispatch_known_floating(outs[0].dtype(), [&]<class T>(std::type_identity<T>) {
    run<T>(outs, inputs.first(products), inputs.subspan(products));
  });
}

template <class T>
void ReadOnce::run(Outputs outs, Inputs of_product, Inputs of_group) const {
  const Layout& x = impl_of(*of_product[matrix]).layout;
  const Tensor& r = outs[outs.size() - 2];
  T* const z = kernels::ref(outs[0]).as<T>();
  if (of_product[bias]->defined()) {
    std::fill_n(z, x.shape()[0], *kernels::ref(*of_product[bias]).as<const T>());
  }
  const auto between = [&](const kernels::Blocks& blocks) {
    std::unique_ptr<Pieces> pieces = pool_.take(of_group, outs.first(outs.size() - 1));
    for (std::int64_t i = blocks.begin; i < blocks.end; ++i) {
      blocks.before(i);
      pieces->run(i);
      blocks.after(i);
    }
    pool_.give_back(std::move(pieces));
  };
  kernels::gemv_twice(
      kernels::TwoProducts<T>{.rows = x.shape()[0],
                              .columns = x.shape()[1],
                              .x = kernels::ref(*of_product[matrix]).as<const T>(),
                              .lead = x.strides()[0],
                              .w = kernels::ref(*of_product[weight]).as<const T>(),
                              .w_step = weight_step(impl_of(*of_product[weight]).layout),
                              .z = z,
                              .onto = of_product[bias]->defined(),
                              .r = kernels::ref(r).as<const T>(),
                              .sums = kernels::ref(outs.back()).as<T>()},
      {&between, [](const void* f, const kernels::Blocks& blocks) {
         (*static_cast<const decltype(between)*>(f))(blocks);
       }});
}

}  // namespace tapegrad
