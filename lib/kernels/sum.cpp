#include "kernels/sum.hpp"

#include "core/dispatch.hpp"
#include "kernels/walk.hpp"

namespace tapegrad::kernels {

void sum(Ref out, Ref in, const std::array<bool, max_rank>& gone) {
  Shape kept;
  Strides kept_strides;
  Shape reduced;
  Strides reduced_strides;
  for (std::size_t i = 0; i < in.layout->rank(); ++i) {
    (gone[i] ? reduced : kept).push_back(in.layout->shape()[i]);
    (gone[i] ? reduced_strides : kept_strides).push_back(in.layout->strides()[i]);
  }
  const Layout outer(kept, kept_strides, 0);
  const Layout inner(reduced, reduced_strides, 0);
  const Layout dense(kept);
  dispatch(out.dtype, [&]<class T>(std::type_identity<T>) {
    using Total = std::conditional_t<std::is_floating_point_v<T>, double, T>;
    Walk<2>({with_layout(out, dense), with_layout(in, outer)})
        .rows([&](const auto& at, const auto& stride, std::int64_t n) {
          for (std::int64_t i = 0; i < n; ++i) {
            Total total = 0;
            std::byte* from = at[1] + i * stride[1] * static_cast<std::int64_t>(sizeof(T));
            Walk<1>({Ref{in.dtype, from, &inner}})
                .rows([&](const auto& row, const auto& step, std::int64_t m) {
                  const T* x = reinterpret_cast<const T*>(row[0]);
                  for (std::int64_t j = 0; j < m; ++j) total += x[j * step[0]];
                });
            reinterpret_cast<T*>(at[0])[i * stride[0]] = static_cast<T>(total);
          }
        });
  });
}

}  // namespace tapegrad::kernels
