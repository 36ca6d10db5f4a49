#include "kernels/extreme.hpp"

#include "core/dispatch.hpp"
#include "kernels/lines.hpp"

namespace tapegrad::kernels {
template <class Which>
void extreme(Ref out, Ref in, std::size_t dim) {
  dispatch(in.dtype, [&]<class T>(std::type_identity<T>) {
    reduce_lines<T, T>(out, in, dim, row_extreme<Which, T>);
  });
}

template <class Which>
void index_of_extreme(Ref out, Ref in, std::size_t dim) {
  dispatch(in.dtype, [&]<class T>(std::type_identity<T>) {
    reduce_lines<std::int64_t, T>(out, in, dim, row_index_of_extreme<Which, T>);
  });
}

template void extreme<Largest>(Ref, Ref, std::size_t);
template void extreme<Smallest>(Ref, Ref, std::size_t);
template void index_of_extreme<Largest>(Ref, Ref, std::size_t);
template void index_of_extreme<Smallest>(Ref, Ref, std::size_t);

}  // namespace tapegrad::kernels
