#include "kernels/along.hpp"

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/lines.hpp"

namespace tapegrad::kernels {
namespace {

/// Calls f(line, value, index) for each line of `lines` with its element of the other two.
template <class T, class F>
void with_indices(Ref lines, Ref values, Ref indices, std::size_t dim, const F& f) {
  const Along along(*lines.layout, dim);
  Walk<3>({with_layout(lines, along.others), values, indices})
      .rows([&](const auto& at, const auto& stride, std::int64_t count) {
        T* line = reinterpret_cast<T*>(at[0]);
        T* value = reinterpret_cast<T*>(at[1]);
        const auto* index = reinterpret_cast<const std::int64_t*>(at[2]);
        for (std::int64_t i = 0; i < count; ++i) {
          f(line[i * stride[0] + index[i * stride[2]] * along.stride], value[i * stride[1]]);
        }
      });
}

}  // namespace

void take_along(Ref out, Ref in, Ref indices, std::size_t dim) {
  dispatch_size(in.dtype, [&]<class T>(std::type_identity<T>) {
    with_indices<T>(in, out, indices, dim, [](const T& element, T& value) { value = element; });
  });
}

void put_along(Ref out, Ref in, Ref indices, std::size_t dim) {
  fill(out, 0);
  dispatch_size(in.dtype, [&]<class T>(std::type_identity<T>) {
    with_indices<T>(out, in, indices, dim, [](T& element, const T& value) { element = value; });
  });
}

}  // namespace tapegrad::kernels
